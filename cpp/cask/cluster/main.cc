#include "cask/cluster/node.h"

int main(int argc, char** argv) { return cask::NodeMain(argc, argv); }
