// What `record` mode leaves: a line of JSON for each compile that could be tuned.
#include "launch_record.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace launch {

std::string record(const std::string &path, const Command &command, const std::string &compiler) {
  Strings arguments = {compiler};
  arguments.insert(arguments.end(), command.arguments.begin(), command.arguments.end());
  std::string line = "{\"directory\": " + json(currentFolder()) + ", \"file\": " + json(command.source) +
                     ", \"output\": " + json(command.output) + ", \"arguments\": " + json(arguments) + "}\n";
  int file = open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
  if (file < 0)
    return path + ": " + strerror(errno);
  std::string problem;
  struct stat status;
  flock(file, LOCK_EX); // where that is not to be had, O_APPEND still keeps short lines apart
  if (fstat(file, &status) != 0 || write(file, line.data(), line.size()) != ssize_t(line.size())) {
    problem = path + ": " + strerror(errno ? errno : ENOSPC);
    if (S_ISREG(status.st_mode) && ftruncate(file, status.st_size) != 0)
      problem += "; a line in it is incomplete";
  }
  close(file);
  return problem;
}

} // namespace launch
