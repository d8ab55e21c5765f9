//===- program_filter.h - System calls of whole programs ------------------===//

#pragma once

namespace pw {

/// Installs the filter for this process and what it becomes by execve. What is not allowed fails with EPERM;
/// where the kernel can tell somebody (Linux 5.0), the result is a descriptor that tells of it, otherwise -1.
/// `Done` says whether there is a filter at all.
int installProgramFilter(bool Threads, bool &Done);

} // namespace pw
