// The canonical text of a lock file, line by line. General TOML is not read: what does not look as Passwright
// writes it would not have the right digest either.
#include "lock_file.h"
#include "digest.h"

#include <llvm/ADT/STLExtras.h>
#include <llvm/ADT/StringExtras.h>
#include <llvm/Support/JSON.h>

#include <set>
#include <tuple>

using namespace llvm;

namespace passwright {
namespace {

const char *const restore = "restore it from version control, or run `passwright optimize` again";

// Takes a quoted text from the front; its escapes are JSON's.
bool takeString(StringRef &text, std::string &into) {
  if (!text.starts_with("\""))
    return false;
  size_t end = 1;
  while (end < text.size() && text[end] != '"')
    end += text[end] == '\\' ? 2 : 1;
  if (end >= text.size())
    return false;
  Expected<json::Value> value = json::parse(text.take_front(end + 1));
  if (!value) {
    consumeError(value.takeError());
    return false;
  }
  text = text.drop_front(end + 1);
  into = value->getAsString()->str();
  return true;
}

// Takes a part of a table's name from the front.
bool takeKey(StringRef &text, std::string &into) {
  if (text.starts_with("\""))
    return takeString(text, into);
  into = text.take_while([](char c) { return isAlnum(c) || c == '-' || c == '_'; }).str();
  text = text.drop_front(into.size());
  return !into.empty();
}

class Reader {
public:
  Reader(StringRef text, const std::string &path) : rest(text), path(path) {}

  std::vector<LockEntry> entries() {
    header();
    std::vector<LockEntry> all;
    std::set<std::tuple<std::string, std::string, std::string>> keys;
    while (skipBlank()) {
      LockEntry entry = table();
      if (!keys.emplace(entry.source, entry.entry, entry.cpu).second)
        refuse("a second table for " + entry.where());
      all.push_back(std::move(entry));
    }
    return all;
  }

private:
  [[noreturn]] void refuse(const std::string &what) {
    throw CoreError(ErrorKind::Input, path + ", line " + std::to_string(number) + ": " + what, restore);
  }

  // Goes to the next line; false at the end.
  bool next() {
    if (rest.empty())
      return false;
    start = rest.data();
    std::tie(line, rest) = rest.split('\n');
    ++number;
    if (line.starts_with("<<<<<<<"))
      throw CoreError(ErrorKind::Input, path + " has a merge conflict in line " + std::to_string(number),
                      "resolve it: keep the tables of both sides");
    return true;
  }

  bool skipBlank() {
    do
      if (!next())
        return false;
    while (line.trim().empty() || line.starts_with("#"));
    return true;
  }

  void header() {
    if (!skipBlank() || !line.consume_front("version = "))
      refuse("no format version");
    if (line != "1")
      throw CoreError(ErrorKind::Input, path + " has format " + line.str() + ", this plugin reads 1",
                      "use the plugin of the Passwright that wrote it");
  }

  LockEntry table() {
    const char *begin = start;
    LockEntry entry;
    bool named = line.consume_front("[kernel.") && takeKey(line, entry.source) && line.consume_front(".") &&
                 takeKey(line, entry.entry) && line.consume_front(".") && takeKey(line, entry.cpu) &&
                 line == "]";
    if (!named)
      refuse("expected a table [kernel.SOURCE.ENTRY.CPU]");
    std::string ignored;
    need("fingerprint");
    string(entry.fingerprint);
    need("features");
    string(ignored);
    need("flags");
    strings(entry.flags);
    need("llvm");
    string(entry.llvm);
    nextLine();
    if (line.consume_front("objective = ")) {
      string(entry.objective);
      nextLine();
    }
    recipe(entry.recipe);
    need("ratio");
    if (!line.starts_with("{ value = ") || !line.ends_with(" }"))
      refuse("expected a ratio");
    need("verdict");
    string(ignored);
    need("digest");
    StringRef told(begin, start - begin);
    std::string digest;
    string(digest);
    if (digestOf(told) != digest)
      throw CoreError(ErrorKind::Input,
                      path + ": " + entry.where() + " (" + entry.cpu +
                          "): not as Passwright wrote it: damaged, or edited by hand",
                      restore);
    need("review");
    review(entry.review);
    return entry;
  }

  void nextLine() {
    if (!next())
      refuse("the file ends inside a table");
  }

  // Goes to the line of a key and leaves its value in `line`.
  void need(StringRef key) {
    nextLine();
    if (!line.consume_front(key) || !line.consume_front(" = "))
      refuse("expected `" + key.str() + " = …`");
  }

  void string(std::string &into) {
    if (!takeString(line, into) || !line.empty())
      refuse("expected one quoted text");
  }

  void strings(std::vector<std::string> &into) {
    bool good = line.consume_front("[");
    while (good && !line.starts_with("]")) {
      good = (into.empty() || line.consume_front(", ")) && takeString(line, into.emplace_back());
    }
    if (!good || line != "]")
      refuse("expected a list of quoted texts");
  }

  void recipe(std::vector<std::string> &into) {
    if (line != "recipe = [")
      refuse("expected `recipe = [`");
    for (nextLine(); line != "]"; nextLine())
      if (!line.consume_front("    ") || !takeString(line, into.emplace_back()) || line != ",")
        refuse("expected a step of the recipe");
  }

  // `"accepted"`, or `{ state = "accepted", by = "…", … }`. Reviews are edited by hand, so blanks do not
  // count.
  void review(std::string &state) {
    StringRef value = line.trim();
    if (value.consume_front("{")) {
      bool good = true;
      for (bool first = true; good && !(value = value.ltrim()).starts_with("}"); first = false) {
        std::string key, text;
        good = first || value.consume_front(",");
        value = value.ltrim();
        good = good && takeKey(value, key);
        value = value.ltrim();
        good = good && value.consume_front("=");
        value = value.ltrim();
        good = good && takeString(value, text);
        if (key == "state")
          state = text;
      }
      if (!good || value != "}")
        refuse("expected a review such as { state = \"accepted\" }");
    } else if (!takeString(value, state) || !value.empty()) {
      refuse("expected a review such as \"accepted\"");
    }
    if (!is_contained({"unreviewed", "proposed", "accepted", "rejected"}, StringRef(state)))
      refuse("there is no review '" + state + "'");
  }

  StringRef rest, line;
  const std::string &path;
  const char *start = nullptr; // where the line begins
  unsigned number = 0;
};

} // namespace

std::vector<LockEntry> readLock(StringRef text, const std::string &path) {
  if (!json::isUTF8(text))
    throw CoreError(ErrorKind::Input, path + " is not UTF-8", restore);
  return Reader(text, path).entries();
}

} // namespace passwright
