// Files, paths and JSON.
#include "launch_text.h"

#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace launch {

bool startsWith(const std::string &text, const std::string &prefix) {
  return text.compare(0, prefix.size(), prefix) == 0;
}

std::string fileName(const std::string &path) { return path.substr(path.rfind('/') + 1); }

std::string folderOf(const std::string &path) {
  size_t slash = path.rfind('/');
  return slash == std::string::npos ? "." : slash == 0 ? "/" : path.substr(0, slash);
}

std::string realPath(const std::string &path) {
  char *found = realpath(path.c_str(), nullptr);
  std::string result = found ? found : "";
  free(found);
  return result;
}

std::string currentFolder() {
  char *found = getcwd(nullptr, 0);
  std::string result = found ? found : "";
  free(found);
  return result;
}

bool readFile(const std::string &path, std::string &content) {
  int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0)
    return false;
  struct stat status;
  bool good = fstat(file, &status) == 0 && S_ISREG(status.st_mode);
  content.clear();
  char buffer[1 << 16];
  for (ssize_t count; good && (count = read(file, buffer, sizeof buffer)) != 0;)
    if (count > 0)
      content.append(buffer, count);
    else
      good = false;
  close(file);
  return good;
}

std::string json(const std::string &text) {
  std::string result = "\"";
  for (unsigned char c : text)
    if (c == '"' || c == '\\') {
      result += '\\';
      result += c;
    } else if (c < 0x20 || c == 0x7f) {
      char escaped[8];
      snprintf(escaped, sizeof escaped, "\\u%04x", c);
      result += escaped;
    } else {
      result += c;
    }
  return result + '"';
}

std::string json(const Strings &texts) {
  std::string result = "[";
  for (const std::string &text : texts)
    result += (result.size() > 1 ? ", " : "") + json(text);
  return result + ']';
}

} // namespace launch
