"""The headers that the image holds compiled are the ones that the service's compilations use."""

import subprocess
import unittest

import runner


def headers(source, header, flags=()):
    """Compiles, and answers the status and what `-H` says: `!` stands before a precompiled header that is used, `x` before
    one that does not fit."""
    command = ["g++", *runner.FLAGS, *runner.PRECOMPILED, header, *flags, "-H", "-fsyntax-only", "-x", "c++", "-"]
    done = subprocess.run(["chroot", runner.ROOT, *command], input=source.encode(), capture_output=True, timeout=120)
    return done.returncode, done.stderr.decode(errors="replace").split("\n")


@unittest.skipUnless(runner.is_available(), "needs ASSAY_CPP_ROOT and root")
class PrecompiledTests(unittest.TestCase):
    def test_they_are_used(self):
        for header in ["bits/stdc++.h", "iostream"]:
            with self.subTest(header):
                status, lines = headers("int main() { std::cout << 1; }", header)
                self.assertEqual(status, 0, lines)
                self.assertIn(f"! /usr/lib/assay/precompiled/{header}.gch", lines)

    def test_what_was_compiled_with_other_flags_is_passed_over(self):
        for flags in [["-O1"], ["-D_GLIBCXX_DEBUG="], ["-std=gnu++17"]]:
            with self.subTest(flags):
                status, lines = headers("int main() { std::cout << 1; }", "iostream", flags)
                self.assertEqual(status, 0, lines)
                self.assertIn("x /usr/lib/assay/precompiled/iostream.gch", lines)

    def test_no_header_lends_names_of_another(self):
        status, _ = headers("int main() { std::vector<int> v; }", "iostream")
        self.assertNotEqual(status, 0)


if __name__ == "__main__":
    unittest.main()
