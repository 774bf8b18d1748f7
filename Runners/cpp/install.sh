#!/bin/sh
# Runs once as the image is built, in the image: compiles the harness's own parts, and the headers that most programs
# begin with.
set -eu
cd /usr/lib/assay
for part in channel json calls tests; do
    g++ -O2 -std=gnu++20 -Wall -Wextra -Wno-prio-ctor-dtor -c "$part.cpp" -o "$part.o"
done
chmod 0755 build

# A precompiled header is of use to compilations with the very same flags only: those of CppToolchain.swift, but for
# what is the linker's. It holds addresses, so that without randomised ones the same image comes out each time.
flags='-O2 -std=gnu++20 -DONLINE_JUDGE -Wno-unused-result -fmax-errors=20 -fdiagnostics-color=never'
cat >/tmp/plain.cpp <<'PLAIN'
#include <sys/personality.h>
#include <unistd.h>
int main(int, char** arguments) {
    if (personality(ADDR_NO_RANDOMIZE) < 0) return 1;
    execvp(arguments[1], arguments + 1);
    return 1;
}
PLAIN
g++ -static /tmp/plain.cpp -o /tmp/plain
precompile() {
    /tmp/plain g++ $flags -frandom-seed=0 -x c++-header /tmp/header.hpp -o "$1.gch"
}
mkdir -p precompiled/bits precompiled/light/bits
for header in bits/stdc++.h iostream; do
    echo "#include <$header>" >/tmp/header.hpp
    # For the second time that it is included, and where the flags differ.
    echo "#include_next <$header>" >"precompiled/$header"
    precompile "precompiled/$header"
done
# Without the two headers whose templates each compilation makes anew; for sources that name nothing of theirs.
all=$(find /usr/include -path '*/bits/stdc++.h')
light=precompiled/light/bits/stdc++.h
grep -v -e '^# *include <chrono>$' -e '^# *include <format>$' "$all" >"$light"
[ "$(wc -l <"$light")" -eq $(($(wc -l <"$all") - 2)) ]
cp "$light" /tmp/header.hpp
precompile "$light"
