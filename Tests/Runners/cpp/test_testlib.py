"""testlib.h of our own: programs in the published styles, compiled as the service compiles them, and what they make of files."""

import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

import runner

FLAGS = ["-O1", "-std=gnu++17", "-static", "-Wall", "-Wextra", "-Werror", "-I/usr/lib/assay/testlib"]

# A checker that reads from the output what the input says, and answers with what it read.
READER = r"""
#include <bits/stdc++.h>
#include "testlib.h"
using namespace std;

int main(int argc, char *argv[]) {
    setName("reader of %d kinds", 20);
    registerTestlibCmd(argc, argv);
    string result;
    while (!inf.seekEof()) {
        string kind = inf.readToken();
        if (kind == "int") result += vtos(ouf.readInt());
        else if (kind == "int10") result += vtos(ouf.readInt(1, 10, "x"));
        else if (kind == "ints3") result += join(ouf.readInts(3, -5, 5, "a"), ',');
        else if (kind == "long") result += vtos(ouf.readLong());
        else if (kind == "long5") result += vtos(ouf.readLong(-5LL, 5LL, "l"));
        else if (kind == "ulong") result += vtos(ouf.readUnsignedLong());
        else if (kind == "double") result += format("%.4f", ouf.readDouble());
        else if (kind == "real1") result += format("%.4f", ouf.readReal(-1, 1, "r"));
        else if (kind == "strict") result += format("%.4f", ouf.readStrictDouble(-9, 9, 1, 3, "s"));
        else if (kind == "word") result += ouf.readWord();
        else if (kind == "name") result += ouf.readToken("[a-z]{1,5}", "name");
        else if (kind == "line") result += "<" + ouf.readLine() + ">";
        else if (kind == "words2") result += join(ouf.readWords(2, "[a-z]+"), '+');
        else if (kind == "char") result += ouf.readChar();
        else if (kind == "space") ouf.readSpace(), result += "_";
        else if (kind == "eoln") ouf.readEoln(), result += "$";
        else if (kind == "eof?") result += ouf.eof() ? "y" : "n";
        else if (kind == "eoln?") result += ouf.eoln() ? "y" : "n";
        else if (kind == "seekeoln?") result += ouf.seekEoln() ? "y" : "n";
        else if (kind == "eof") ouf.readEof(), result += "#";
        else if (kind == "next") ouf.nextLine();
        else if (kind == "answer") result += vtos(ans.readInt(0, 9, "jury"));
        else if (kind == "case") ouf.setTestCase(7);
        else quitf(_fail, "no kind %s", kind.c_str());
        result += " ";
    }
    quit(_ok, trim(result));
}
"""

OK, WA, PE, FAIL = 0, 1, 2, 3
READINGS = [
    ("int int", "5 -7", OK, "ok 5 -7\n"),
    ("int", "\n\n  2147483647\n \n", OK, "2147483647"),
    ("int", "2147483648", PE, 'Expected int32, but "2147483648" found'),
    ("int", "-2147483648", OK, "-2147483648"),
    ("int", "+5", PE, 'Expected int32, but "+5" found'),
    ("int", "-0", PE, "-0"),
    ("int", "007", PE, "007"),
    ("int", "5.0", PE, "5.0"),
    ("int", "5x", PE, "5x"),
    ("int", "", PE, "Unexpected end of file - int32 expected"),
    ("int10", "10", OK, "10"),
    ("int10", "11", WA, "Integer parameter [name=x] equals to 11, violates the range [1, 10]"),
    ("ints3", "1 2\n3", OK, "1,2,3"),
    ("ints3", "1 6 3", WA, "Integer element a[2] equals to 6, violates the range [-5, 5]"),
    ("long", "-9223372036854775808", OK, "-9223372036854775808"),
    ("long", "9223372036854775808", PE, "Expected int64"),
    ("long5", "6", WA, "[-5, 5]"),
    ("ulong", "18446744073709551615", OK, "18446744073709551615"),
    ("ulong", "18446744073709551616", PE, "Expected uint64"),
    ("ulong", "-1", PE, "Expected uint64"),
    ("double double double", "1 -2.5 1e3", OK, "1.0000 -2.5000 1000.0000"),
    ("double", "nan", PE, 'Expected double, but "nan" found'),
    ("double", "inf", PE, "Expected double"),
    ("double", "0x10", PE, "Expected double"),
    ("double", "1e999", PE, "Expected double"),
    ("double", "1.2.3", PE, "Expected double"),
    ("real1", "1.5", WA, "Double parameter [name=r] equals to 1.5, violates the range [-1, 1]"),
    ("strict", "1.25", OK, "1.2500"),
    ("strict", "1", PE, "0 digits behind the point"),
    ("strict", "1.2345", PE, "4 digits behind the point"),
    ("strict", "1e0", PE, "Expected strict double"),
    ("strict", "01.5", PE, "Expected strict double"),
    ("word word", " a\tb\r\n", OK, "a b"),
    ("name", "abcde", OK, "abcde"),
    ("name", "abcdef", WA, 'Token parameter [name=name] equals to "abcdef", doesn\'t correspond to pattern'),
    ("line line", "a b \n\nc", PE, "Extra information in the output file"),
    ("line line line", "a b \n\nc", OK, "<a b > <> <c>"),
    ("line line", "a\r\nb\r\n", OK, "<a> <b>"),
    ("line", "", PE, "Expected line"),
    ("words2", "ab cd", OK, "ab+cd"),
    ("words2", "ab c1", WA, "Token element [2] equals to"),
    ("char char space char", "ab c", OK, "a b _ c"),
    ("char space", "ab", PE, "Unexpected character: expected ' ', but found 'b'"),
    ("int eoln int eoln? eof?", "1\r\n2", OK, "1 $ 2 y y"),
    ("int seekeoln? int", "1  \n2", OK, "1 y 2"),
    ("int eof", "1 ", PE, "Expected EOF"),
    ("next int", "rubbish\n5", OK, "5"),
    ("int", "5 6", PE, "Extra information in the output file"),
    ("int answer", "5", OK, "5 3"),
    ("answer answer", "", FAIL, "FAIL Unexpected end of file - int32 expected (answer)"),
    ("case int", "x", PE, 'test case 7: Expected int32'),
    ("what", "", FAIL, "no kind what"),
    ("int", "1\0 2", PE, "Expected int32"),
]

ENDS = r"""
#include "testlib.h"
int main(int argc, char **argv) {
    registerTestlibCmd(argc, argv);
    std::string way = inf.readWord();
    if (way == "points") quitp(0.25, "of %d", 3);
    if (way == "many") quitp(12);
    if (way == "info") quitpi("7", "info");
    if (way == "part") quitf(_pc(35), "a part");
    if (way == "dirt") quitf(_dirt, "dirt");
    if (way == "eof") quitf(_unexpected_eof, "early");
    if (way == "fail") ensure(1 + 1 == 3);
    if (way == "failf") ensuref(false, "%s", "no");
    if (way == "ans") ans.quitf(_wa, "jury");
    if (way == "ouf") ouf.ensuref(false, "participant %d", 5);
    if (way == "found") expectedButFound(_wa, 3, 4, "%s", "count");
    if (way == "real") expectedButFound(_wa, 0.5, 0.25);
    if (way == "case") { setTestCase(2); quitf(_wa, "bad"); }
    if (way == "lines") compareRemainingLines();
    if (way == "exception") throw 5;
    if (way == "off") { disableFinalizeGuard(); return 9; }
}
"""

ENDINGS = [
    ("points", 7, "points 0.25 of 3\n"), ("many", 7, "points 12\n"), ("info", 7, "points 7 info\n"),
    ("part", 16 + 35, "partially correct (35) a part\n"), ("dirt", 4, "wrong output format dirt\n"),
    ("eof", PE, "wrong output format early\n"), ("fail", FAIL, 'FAIL Condition failed: "1 + 1 == 3"\n'),
    ("failf", FAIL, "FAIL no\n"), ("ans", FAIL, "FAIL jury (answer)\n"), ("ouf", WA, "wrong answer participant 5\n"),
    ("found", WA, "wrong answer count: expected '3', found '4'\n"),
    ("real", WA, "wrong answer expected '0.5', found '0.25'\n"), ("case", WA, "wrong answer test case 2: bad\n"),
    ("none", FAIL, "FAIL Checker must end with quit or quitf call.\n"), ("exception", -6, ""), ("off", 9, ""),
]

VALIDATOR = r"""
#include "testlib.h"
using namespace std;
int main(int argc, char *argv[]) {
    registerValidation(argc, argv);
    int n = inf.readInt(1, 3, "n");
    inf.readEoln();
    vector<int> a = inf.readInts(n, 0, 9, "a");
    inf.readEoln();
    inf.readLine("[a-c]{2}( x)?", "s");
    ensuref(validator.group() != "small" || n == 1, "n is %d", n);
    inf.readEof();
}
"""

VALIDATIONS = [
    ("2\n1 2\nab\n", OK, ""), ("2\n1 2\nab x\n", OK, ""),
    ("4\n1 2 3 4\nab\n", FAIL, "FAIL Integer parameter [name=n] equals to 4, violates the range [1, 3] (stdin, line 1)\n"),
    ("2\n1  2\nab\n", FAIL, "Unexpected white-space"), ("2 \n1 2\nab\n", FAIL, "Expected EOLN (stdin, line 1)"),
    ("2\r\n1 2\nab\n", FAIL, ""), ("02\n1 2\nab\n", FAIL, "02"), ("2\n1 2\nad\n", FAIL, "Line parameter [name=s]"),
    ("2\n1 2\nab", FAIL, "Expected EOLN"), ("2\n1 2\nab\n\n", FAIL, "Expected EOF"), ("", FAIL, "Unexpected end of file"),
]

GENERATOR = r"""
#include "testlib.h"
using namespace std;
int main(int argc, char *argv[]) {
    registerGen(argc, argv, 1);
    println(opt<int>(1), opt<string>("name"), opt<int>("n", 5), has_opt("flag"));
    vector<int> drawn;
    for (int i = 0; i < 5; i++) drawn.push_back(rnd.next(1000));
    println(drawn);
    println(rnd.next(5, 10), rnd.next(64), rnd.next(1000000000000LL));
    vector<int> p = rnd.perm(6, 1);
    sort(p.begin(), p.end());
    println(p);
    string word = rnd.next("[a-c]{3,6}(x|y)");
    if (!pattern("[a-c]{3,6}(x|y)").matches(word)) quitf(_fail, "%s", word.c_str());
    set<int> different;
    for (int x : rnd.distinct(10, 1, 10)) different.insert(x);
    println(different.size(), rnd.wnext(10, 3) < 10, rnd.any(drawn) >= 0, rnd.next() < 1);
    shuffle(p.begin(), p.end());
}
"""

PATTERNS = r"""
#include "testlib.h"
int main(int argc, char *argv[]) {
    registerTestlibCmd(argc, argv);
    while (!inf.eof()) {
        std::string p = inf.readLine(), text = inf.readLine();
        std::cout << pattern(p).matches(text);
    }
    quitf(_ok, "done");
}
"""

MATCHES = [
    ("abc", "abc", 1), ("abc", "abcd", 0), ("a?b", "b", 1), ("a*", "", 1), ("a+", "", 0), ("[a-z]{1,5}", "hello", 1),
    ("[a-z]{1,5}", "helloo", 0), ("[^0-9]+", "a b", 1), ("[^0-9]+", "a1", 0), ("(ab|cd)*", "abcdab", 1), ("a|b|", "", 1),
    ("-?(0|[1-9][0-9]{0,2})", "-120", 1), ("-?(0|[1-9][0-9]{0,2})", "007", 0), ("a*a", "aaa", 1), ("(a|ab)(c|bcd)", "abcd", 1),
    (r"\[\]\\", r"[]\\"[:3], 1), ("[a\\-z]", "-", 1), ("[a-]", "-", 1), ("a{3}", "aaa", 1), ("a{,2}", "aaa", 0),
    ("a{2,}", "aaaa", 1), ("(a*)*", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab", 0), (".", "x", 0), ("[ -~]+", "any text!", 1),
]


class Jury:
    """A compiled program; its runs have files of their own."""

    def __init__(self, code):
        self.folder = tempfile.mkdtemp(prefix="testlib-", dir=os.path.join(runner.ROOT, "tmp"))
        pathlib.Path(self.folder, "jury.cpp").write_text(code)
        inside = os.path.join("/tmp", os.path.basename(self.folder))
        done = subprocess.run(
            ["chroot", runner.ROOT, "sh", "-c", 'cd "$0" && exec "$@"', inside, "g++", *FLAGS, "jury.cpp", "-o", "jury"],
            capture_output=True,
            timeout=300,
        )
        assert done.returncode == 0, done.stderr.decode()

    def run(self, *arguments, stdin="", **files):
        for name, text in files.items():
            pathlib.Path(self.folder, name).write_bytes(text.encode())
        done = subprocess.run(
            [os.path.join(self.folder, "jury"), *arguments], input=stdin.encode(), capture_output=True, cwd=self.folder, timeout=60
        )
        return done.returncode, done.stderr.decode(), done.stdout.decode()

    def check(self, input, output, answer="3\n"):
        return self.run("input", "output", "answer", input=input, output=output, answer=answer)

    def close(self):
        shutil.rmtree(self.folder)


@unittest.skipUnless(runner.is_available(), "needs ASSAY_CPP_ROOT and root")
class TestlibTests(unittest.TestCase):
    def make(self, code):
        jury = Jury(code)
        self.addCleanup(jury.close)
        return jury

    def test_readers(self):
        reader = self.make(READER)
        for kinds, output, status, message in READINGS:
            with self.subTest(kinds=kinds, output=output):
                found, stderr, _ = reader.check(kinds, output)
                self.assertEqual((found, message in stderr), (status, True), stderr)

    def test_files_that_are_not_there(self):
        reader = self.make(READER)
        self.assertEqual(reader.run("input", "no", "answer", input="", answer="")[0], PE)
        self.assertEqual(reader.run("no", "output", "answer", output="", answer="")[0], FAIL)
        self.assertEqual(reader.run("input", "output", input="", output="")[0], FAIL)
        self.assertEqual(reader.run("input", "output", "answer", "report", input="int", output="5", answer="")[0], OK)
        self.assertEqual(pathlib.Path(reader.folder, "report").read_text(), "ok 5\n")

    def test_ends(self):
        ends = self.make(ENDS)
        for way, status, message in ENDINGS:
            with self.subTest(way):
                found, stderr, _ = ends.check(way, "")
                self.assertEqual(found, status, stderr)
                self.assertTrue(stderr == message or not message, stderr)
        for output, status, words in [
            ("a\nb\n", OK, "all lines are equal"), ("a\nb", OK, ""), ("a\n", PE, "Expected 2nd line"),
            ("a\nc\n", WA, "2nd lines differ - expected: 'b', found: 'c'"), ("a\nb\nc\n", PE, "Extra information"),
        ]:
            with self.subTest(output=output):
                found, stderr, _ = ends.check("lines", output, "a\nb\n")
                self.assertEqual((found, words in stderr), (status, True), stderr)

    def test_validators(self):
        validator = self.make(VALIDATOR)
        for text, status, words in VALIDATIONS:
            with self.subTest(text=text):
                found, stderr, _ = validator.run(stdin=text)
                self.assertEqual((found, words in stderr), (status, True), stderr)
        self.assertEqual(validator.run("--group", "small", stdin="2\n1 2\nab\n")[:2], (FAIL, "FAIL n is 2\n"))
        self.assertEqual(validator.run("--group=small", stdin="1\n1\nab\n")[0], OK)

    def test_generators(self):
        generator = self.make(GENERATOR)
        arguments = ["7", "-name", "x y", "--n=9", "-flag"]
        status, stderr, stdout = generator.run(*arguments)
        self.assertEqual(status, 0, stderr)
        self.assertEqual(stdout, generator.run(*arguments)[2])
        lines = stdout.split("\n")
        self.assertEqual(lines[0], "7 x y 9 1")
        self.assertEqual(lines[1], " ".join(map(str, numbers(arguments, 5, 1000))))
        self.assertEqual(lines[3:], ["1 2 3 4 5 6", "10 1 1 1", ""])
        self.assertNotEqual(lines[1], generator.run("8", *arguments[1:])[2].split("\n")[1])

    def test_patterns(self):
        checker = self.make(PATTERNS)
        text = "".join(f"{pattern}\n{word}\n" for pattern, word, _ in MATCHES)
        status, stderr, stdout = checker.check(text, "")
        self.assertEqual(status, 0, stderr)
        for (pattern, word, expected), found in zip(MATCHES, stdout, strict=True):
            self.assertEqual(found, str(expected), f"{pattern} on {word}")
        for wrong in ["(a", "a)", "[a", "a{2", "a{3,2}", "*a", "[z-a]", "a\\"]:
            with self.subTest(wrong):
                status, stderr, _ = checker.check(f"{wrong}\nx\n", "")
                self.assertEqual((status, "Illegal pattern" in stderr), (FAIL, True), stderr)


def numbers(arguments, count, limit):
    """The first numbers that a generator draws: java.util.Random's, seeded by all arguments."""
    mask, multiplier, addend = (1 << 48) - 1, 0x5DEECE66D, 0xB
    seed = 3905348978240129619
    for argument in arguments:
        for byte in argument.encode():
            seed = seed * multiplier + byte + addend
        seed += multiplier // addend
    seed &= mask
    drawn = []
    while len(drawn) < count:
        seed = (seed * multiplier + addend) & mask
        bits = seed >> 17
        if bits < (2**31 - 1) // limit * limit:
            drawn.append(bits % limit)
    return drawn


if __name__ == "__main__":
    unittest.main()
