// Files, paths and JSON, as far as the launcher needs them. It starts in front of every compile of a build,
// so that it does without the parts of the standard library that take long to set up (streams, locales,
// regular expressions).
#pragma once

#include <string>
#include <vector>

namespace launch {

using Strings = std::vector<std::string>;

bool startsWith(const std::string &text, const std::string &prefix);
std::string fileName(const std::string &path); // "b.c" of "a/b.c"
std::string folderOf(const std::string &path); // "a" of "a/b.c", "." of "b.c"
std::string realPath(const std::string &path); // absolute, links resolved; "" when there is no such file
std::string currentFolder();                   // absolute
bool readFile(const std::string &path, std::string &content); // false when it cannot be read
std::string json(const std::string &text);                    // quoted and escaped
std::string json(const Strings &texts);                       // a list

} // namespace launch
