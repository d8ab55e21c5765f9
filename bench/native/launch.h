//===- launch.h - A whole program in a sandbox ----------------------------===//
//
// `passwright-runner --exec --folder=F … -- PROGRAM ARGUMENT…` starts a program that may use its own folder
// and nothing else, watches over its limits, and writes one JSON object about its end to a descriptor.
// Started by bench/sandbox.py, which explains the layers and what they do not stop.
//
//===----------------------------------------------------------------------===//

#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace pw {

/// What the command line says. Sizes are in bytes, times in seconds; 0 is no limit.
struct LaunchOptions {
  std::string Folder;            ///< The program's own: writable, and its working folder.
  std::vector<std::string> Read; ///< More files and folders to read and start.
  int Report = -1;               ///< A socket for the report; when its other end closes, everything ends.
  double Wall = 0;
  uint64_t Cpu = 0;
  uint64_t AddressSpace = 0;
  uint64_t Resident = 0;    ///< Looked at from time to time.
  uint64_t FileSize = 0;    ///< Of one file.
  uint64_t FolderSize = 0;  ///< Of all files of the folder; looked at from time to time.
  uint64_t FolderFiles = 0; ///< Their number, folders included; the same.
  uint64_t Output = 0;      ///< Of standard output and of standard error each; the same.
  uint64_t OpenFiles = 0;
  uint64_t Stack = 0;
  uint64_t Threads = 0; ///< 1 forbids further ones.
  std::vector<char *> Program;
};

/// The program `--exec`; returns its exit code.
int launch(int ArgumentCount, char **Arguments);

/// The program `--probe`: prints what this machine offers as a JSON object.
int probe();

} // namespace pw
