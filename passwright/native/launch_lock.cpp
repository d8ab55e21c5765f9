// A first look at the lock file. It goes by the text that passes/lock.py writes: tables in order, each with
// its header on a line of its own. What departs from that is left to Python, which reads the file properly.
#include "launch_lock.h"

#include <cctype>
#include <sys/stat.h>
#include <unistd.h>

namespace launch {

static std::string join(const std::string &folder, const std::string &name) {
  return folder == "/" ? "/" + name : folder + "/" + name;
}

std::string nearestLock(const std::string &source) {
  std::string place = realPath(source);
  struct stat of, status;
  if (place.empty() || stat(place.c_str(), &of) != 0)
    return "";
  while (place != "/") {
    place = folderOf(place);
    std::string path = join(place, "passwright.lock");
    if (stat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode))
      continue;
    if (status.st_uid == of.st_uid || status.st_uid == geteuid() || status.st_uid == 0)
      return path;
  }
  return "";
}

// `path` relative to `folder`, both absolute and without links.
static std::string relative(const std::string &folder, const std::string &path) {
  std::string base = folder == "/" ? "/" : folder + "/", up;
  while (!startsWith(path, base)) {
    base = folderOf(base.substr(0, base.size() - 1));
    base += base == "/" ? "" : "/";
    up += "../";
  }
  return up + path.substr(base.size());
}

// The key as lock.py writes it, "" when it takes more than a plain string.
static std::string key(const std::string &name) {
  bool bare = true;
  for (unsigned char c : name) {
    if (c < 0x20 || c == 0x7f)
      return "";
    bare &= (isalnum(c) && c < 0x80) || c == '-' || c == '_';
  }
  return bare ? name : json(name);
}

// Reads `flags = ["-Ia", "-DN=1"]` from the table that starts at `at`.
static bool readFlags(const std::string &text, size_t at, Strings &flags) {
  size_t end = text.find("\n[", at), line = text.find("\nflags = [", at);
  if (line == std::string::npos || line > end)
    return false;
  std::string list = text.substr(line + 10, text.find('\n', line + 1) - line - 10);
  if (list.find('\\') != std::string::npos || list.empty() || list.back() != ']')
    return false;
  for (size_t quote = list.find('"'); quote != std::string::npos; quote = list.find('"', quote + 1)) {
    size_t close = list.find('"', quote + 1);
    if (close == std::string::npos)
      return false;
    flags.push_back(list.substr(quote + 1, close - quote - 1));
    quote = close;
  }
  return true;
}

Lock look(const std::string &path, const std::string &source) {
  Lock lock;
  std::string text, place = realPath(path), file = realPath(source);
  if (place.empty())
    return lock;
  lock.path = path;
  lock.concerns = true;
  if (!readFile(place, text) || text.find("\nversion = 1\n") == std::string::npos ||
      text.find("\n<<<<<<<") != std::string::npos)
    return lock;
  std::string name = key(relative(folderOf(place), file));
  if (file.empty() || name.empty())
    return lock;
  std::string head = "\n[kernel." + name + ".";
  size_t at = text.find(head);
  lock.concerns = at != std::string::npos;
  lock.plain = lock.concerns && readFlags(text, at + 1, lock.flags);
  for (; at != std::string::npos; at = text.find(head, at + 1)) {
    std::string line = text.substr(at + 1, text.find('\n', at + 1) - at - 1);
    size_t dot = line.rfind('.');
    if (line.back() != ']' || line[dot + 1] == '"')
      lock.plain = false; // no name of a CPU is written like that
    lock.cpus.push_back(line.substr(dot + 1, line.size() - dot - 2));
  }
  return lock;
}

} // namespace launch
