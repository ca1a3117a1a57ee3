// Writes the generated documents: `metrics-event-docs FROM TO` reads the documents of the source
// tree FROM and writes them to the tree TO, which may be the same tree.

#include "docs/documents.hpp"

#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace fs = std::filesystem;

namespace {

std::string read(const fs::path& path) {
  std::ifstream file{path, std::ios::binary};
  file.exceptions(std::ios::badbit | std::ios::failbit);
  return {std::istreambuf_iterator<char>{file}, {}};
}

void write(const fs::path& path, const std::string& text) {
  fs::create_directories(path.parent_path());
  std::ofstream file{path, std::ios::binary};
  file.exceptions(std::ios::badbit | std::ios::failbit);
  file << text << std::flush;
}

} // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fputs("usage: metrics-event-docs FROM TO\n", stderr);
    return 64;
  }
  try {
    for (const metrics_event::Document& document : metrics_event::documents()) {
      write(fs::path{argv[2]} / document.file,
            document.text(read(fs::path{argv[1]} / document.file)));
    }
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "metrics-event-docs: %s\n", error.what());
    return 1;
  }
}
