#include <iostream>

#include "cli/program.hpp"

int main(int count, char** arguments) {
  return wharf::cli::run_program({arguments, arguments + count}, {std::cout, std::cerr});
}
