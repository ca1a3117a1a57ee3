# Cross compiles with Debian's g++-aarch64-linux-gnu and its libraries for arm64.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(CMAKE_CXX_COMPILER aarch64-linux-gnu-g++)
set(CMAKE_LIBRARY_ARCHITECTURE aarch64-linux-gnu)
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
# pkg-config would find the libraries of this machine first.
set(PKG_CONFIG_EXECUTABLE "")
set(CMAKE_CROSSCOMPILING_EMULATOR /usr/bin/qemu-aarch64)
