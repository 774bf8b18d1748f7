"""The headers that the image holds compiled are the ones that the service's compilations use."""

import subprocess
import unittest

import runner


def headers(source, header, flags=(), folder="/usr/lib/assay/precompiled"):
    """Compiles, and answers the status and what `-H` says: `!` stands before a precompiled header that is used, `x` before
    one that does not fit."""
    command = ["g++", *runner.FLAGS, "-isystem", folder, "-include", header, *flags, "-H", "-fsyntax-only", "-x", "c++", "-"]
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

    def test_the_light_ones_lack_chrono_and_format_alone(self):
        def light(source):
            return headers("#include <bits/stdc++.h>\nusing namespace std;\n" + source, "bits/stdc++.h",
                           folder="/usr/lib/assay/precompiled/light")

        status, lines = light("int main() { vector<int> v; cout << v.size(); this_thread::sleep_for(10ms); }")
        self.assertEqual(status, 0, lines)
        self.assertIn("! /usr/lib/assay/precompiled/light/bits/stdc++.h.gch", lines)
        self.assertFalse([line for line in lines if line.endswith(("/chrono", "/format"))], lines)
        # That a source names nothing of theirs is for the service to see (CppLexer.swift).
        for source in ["auto year = chrono::year(2024);", "auto text = format(\"{}\", 1);",
                       "auto day = 2024y / 1 / 5;"]:
            with self.subTest(source):
                self.assertNotEqual(light(source)[0], 0)
                self.assertEqual(headers("using namespace std;\n" + source, "bits/stdc++.h")[0], 0)

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
