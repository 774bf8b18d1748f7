// The interface that published checkers, validators, interactors and generators are written for, in code of our own.
//
// A program includes this file alone and from one source file. What it decides it says by its exit status: 0 ok, 1 wrong answer,
// 2 presentation error, 3 failure of the problem itself, 7 points, 16 + n partly correct (n from 0 to 200), and a line on
// stderr. README.md beside this folder names what is there and where it differs.

#ifndef ASSAY_TESTLIB_H
#define ASSAY_TESTLIB_H

// What programs use without including it, as they may with testlib.
#include <algorithm>
#include <cctype>
#include <cerrno>
#include <climits>
#include <cmath>
#include <cstdarg>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <functional>
#include <iomanip>
#include <iostream>
#include <limits>
#include <map>
#include <queue>
#include <set>
#include <sstream>
#include <stack>
#include <string>
#include <utility>
#include <vector>

#define OK_EXIT_CODE 0
#define WA_EXIT_CODE 1
#define PE_EXIT_CODE 2
#define FAIL_EXIT_CODE 3
#define DIRT_EXIT_CODE 4
#define POINTS_EXIT_CODE 7
#define UNEXPECTED_EOF_EXIT_CODE 8
#define PC_BASE_EXIT_CODE 16

#define LF ((char)10)
#define CR ((char)13)
#define TAB ((char)9)
#define SPACE ((char)' ')
#define EOFC (255)

enum TResult {
    _ok = 0,
    _wa = 1,
    _pe = 2,
    _fail = 3,
    _dirt = 4,
    _points = 5,
    _unexpected_eof = 8,
    _partially = 16
};

#define _pc(exitCode) (TResult(_partially + (exitCode)))

enum TMode { _input, _output, _answer };
enum TTestlibMode { _unknown, _checker, _validator, _generator, _interactor, _scorer };

const std::string outcomes[] = {
    "accepted", "wrong-answer", "presentation-error", "fail", "fail", "points", "reserved", "reserved", "unexpected-eof",
};

// ---- Text -------------------------------------------------------------------------------------------------------

namespace assay_testlib {

inline std::string formatted(const char *pattern, va_list values) {
    va_list again;
    va_copy(again, values);
    int size = std::vsnprintf(nullptr, 0, pattern, again);
    va_end(again);
    if (size < 0) return pattern;
    std::vector<char> buffer(static_cast<size_t>(size) + 1);
    std::vsnprintf(buffer.data(), buffer.size(), pattern, values);
    return std::string(buffer.data(), static_cast<size_t>(size));
}

}  // namespace assay_testlib

// Sets `result` to what printf would write for the arguments behind `pattern`.
#define ASSAY_FORMAT(result, pattern)                            \
    std::string result;                                          \
    {                                                            \
        va_list assay_values;                                    \
        va_start(assay_values, pattern);                         \
        result = assay_testlib::formatted(pattern, assay_values); \
        va_end(assay_values);                                    \
    }

#ifdef __GNUC__
#define ASSAY_PRINTF(pattern, first) __attribute__((format(printf, pattern, first)))
#else
#define ASSAY_PRINTF(pattern, first)
#endif

inline std::string format(const char *pattern, ...) {
    ASSAY_FORMAT(result, pattern)
    return result;
}

inline std::string format(const std::string pattern, ...) {
    va_list values;
    va_start(values, pattern);
    std::string result = assay_testlib::formatted(pattern.c_str(), values);
    va_end(values);
    return result;
}

template <typename T> std::string vtos(const T &value) {
    std::ostringstream text;
    text << value;
    return text.str();
}

template <typename T> std::string toString(const T &value) { return vtos(value); }

inline std::string toHumanReadableString(long long value) { return vtos(value); }

inline std::string englishEnding(int number) {
    int rest = number % 100;
    if (rest < 11 || rest > 13) {
        switch (rest % 10) {
        case 1: return "st";
        case 2: return "nd";
        case 3: return "rd";
        }
    }
    return "th";
}

inline bool isEof(int c) { return c == EOF || c == EOFC; }
inline bool isEoln(int c) { return c == LF || c == CR; }
inline bool isBlanks(int c) { return c == LF || c == CR || c == SPACE || c == TAB; }

inline std::string trim(const std::string &text) {
    size_t first = 0, last = text.size();
    while (first < last && isBlanks(static_cast<unsigned char>(text[first]))) first++;
    while (last > first && isBlanks(static_cast<unsigned char>(text[last - 1]))) last--;
    return text.substr(first, last - first);
}

inline std::string upperCase(std::string text) {
    for (char &c : text) if ('a' <= c && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    return text;
}

inline std::string lowerCase(std::string text) {
    for (char &c : text) if ('A' <= c && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return text;
}

// The parts between separators, empty ones too.
inline std::vector<std::string> split(const std::string &text, const std::string &separators) {
    std::vector<std::string> parts(1);
    for (char c : text) {
        if (separators.find(c) != std::string::npos) parts.emplace_back();
        else parts.back() += c;
    }
    return parts;
}

inline std::vector<std::string> split(const std::string &text, char separator) {
    return split(text, std::string(1, separator));
}

// The parts between separators that are not empty.
inline std::vector<std::string> tokenize(const std::string &text, const std::string &separators) {
    std::vector<std::string> parts;
    for (auto &part : split(text, separators)) if (!part.empty()) parts.push_back(part);
    return parts;
}

inline std::vector<std::string> tokenize(const std::string &text, char separator) {
    return tokenize(text, std::string(1, separator));
}

template <typename Iterator> std::string join(Iterator first, Iterator last, const std::string &separator) {
    std::ostringstream text;
    for (Iterator it = first; it != last; ++it) {
        if (it != first) text << separator;
        text << *it;
    }
    return text.str();
}

template <typename Iterator> std::string join(Iterator first, Iterator last, char separator) {
    return join(first, last, std::string(1, separator));
}

template <typename Collection> std::string join(const Collection &values, const std::string &separator) {
    return join(values.begin(), values.end(), separator);
}

template <typename Collection> std::string join(const Collection &values, char separator = SPACE) {
    return join(values.begin(), values.end(), std::string(1, separator));
}

// A long text by its beginning and its end, as messages show it.
inline std::string compress(const std::string &text) {
    return text.size() <= 64 ? text : text.substr(0, 30) + "..." + text.substr(text.size() - 31);
}

inline std::string removeDoubleTrailingZeroes(std::string text) {
    if (text.find('.') == std::string::npos) return text;
    while (!text.empty() && text.back() == '0') text.pop_back();
    if (!text.empty() && text.back() == '.') text.pop_back();
    return text;
}

// ---- Numbers ----------------------------------------------------------------------------------------------------

inline bool __testlib_isNaN(double value) { return std::isnan(value); }
inline bool __testlib_isInfinite(double value) { return std::isinf(value); }
template <typename T> T __testlib_abs(const T &value) { return value < 0 ? -value : value; }
template <typename T> T __testlib_min(const T &a, const T &b) { return a < b ? a : b; }
template <typename T> T __testlib_max(const T &a, const T &b) { return a > b ? a : b; }
template <typename T> T __testlib_crop(T value, T a, T b) { return __testlib_min(__testlib_max(value, a), --b); }

// Whether `result` is within the error of `expected`, absolute or relative.
inline bool doubleCompare(double expected, double result, double error) {
    if (std::isnan(expected)) return std::isnan(result);
    if (std::isinf(expected)) return std::isinf(result) && (expected > 0) == (result > 0);
    if (std::isnan(result) || std::isinf(result)) return false;
    error += 1e-15;
    return std::fabs(result - expected) <= error
        || std::fabs(result - expected) <= error * std::fabs(expected);
}

// The smaller of the absolute and the relative error.
inline double doubleDelta(double expected, double result) {
    double absolute = std::fabs(result - expected);
    if (std::fabs(expected) <= 1e-9) return absolute;
    return std::min(absolute, std::fabs(absolute / expected));
}

// ---- Patterns ---------------------------------------------------------------------------------------------------

class random_t;
[[noreturn]] inline void __testlib_fail(const std::string &message);

// A regular expression for whole texts: characters, `\` before one that means something, sets `[a-z_]` and `[^0-9]`,
// groups `(…)`, alternatives `|`, and behind any of these `?`, `*`, `+`, `{n}`, `{n,}`, `{,m}`, `{n,m}`.
class pattern {
public:
    explicit pattern(const std::string &text) : source(text) {
        position = 0;
        root = parseAlternatives();
        if (position != source.size()) bad("there is a ')' too many");
    }

    bool matches(const std::string &text) const {
        std::vector<size_t> ends = run(root, text, std::vector<size_t>(1, 0));
        return std::binary_search(ends.begin(), ends.end(), text.size());
    }

    // A text that matches.
    std::string next(random_t &rnd) const;

    const std::string &src() const { return source; }

private:
    struct Node {
        enum Kind { set, sequence, alternatives } kind = set;
        bool members[256] = {};
        std::vector<Node> children;
        int from = 1, to = 1;
    };

    static const int unlimited = INT_MAX;
    std::string source;
    size_t position = 0;
    Node root;

    [[noreturn]] void bad(const std::string &reason) const {
        __testlib_fail("Illegal pattern \"" + source + "\": " + reason);
    }

    Node parseAlternatives() {
        Node node;
        node.kind = Node::alternatives;
        node.children.push_back(parseSequence());
        while (position < source.size() && source[position] == '|') {
            position++;
            node.children.push_back(parseSequence());
        }
        return node;
    }

    Node parseSequence() {
        Node node;
        node.kind = Node::sequence;
        while (position < source.size() && source[position] != '|' && source[position] != ')') {
            Node part = parsePart();
            parseRepetition(part);
            node.children.push_back(part);
        }
        return node;
    }

    Node parsePart() {
        char c = source[position++];
        if (c == '(') {
            Node node = parseAlternatives();
            if (position >= source.size()) bad("a '(' is not closed");
            position++;
            return node;
        }
        Node node;
        if (c == '[') {
            parseSet(node);
        } else {
            if (c == '\\') c = escaped();
            else if (std::strchr("?*+{", c)) bad("there is nothing to repeat");
            node.members[static_cast<unsigned char>(c)] = true;
        }
        return node;
    }

    char escaped() {
        if (position >= source.size()) bad("it ends with '\\'");
        return source[position++];
    }

    void parseSet(Node &node) {
        bool negated = position < source.size() && source[position] == '^';
        if (negated) position++;
        while (true) {
            if (position >= source.size()) bad("a '[' is not closed");
            char first = source[position++];
            if (first == ']') break;
            if (first == '\\') first = escaped();
            char last = first;
            if (position + 1 < source.size() && source[position] == '-' && source[position + 1] != ']') {
                position++;
                last = source[position++];
                if (last == '\\') last = escaped();
            }
            unsigned char from = static_cast<unsigned char>(first), to = static_cast<unsigned char>(last);
            if (from > to) bad("a range runs backwards");
            for (int c = from; c <= to; c++) node.members[c] = true;
        }
        if (negated) for (bool &member : node.members) member = !member;
    }

    void parseRepetition(Node &node) {
        if (position >= source.size()) return;
        switch (source[position]) {
        case '?': node.from = 0; break;
        case '*': node.from = 0; node.to = unlimited; break;
        case '+': node.to = unlimited; break;
        case '{': {
            position++;
            bool hasFrom = parseCount(node.from);
            node.to = node.from;
            if (position < source.size() && source[position] == ',') {
                position++;
                if (!hasFrom) node.from = 0;
                if (!parseCount(node.to)) node.to = unlimited;
            } else if (!hasFrom) {
                bad("'{' without a number");
            }
            if (position >= source.size() || source[position] != '}') bad("a '{' is not closed");
            if (node.from > node.to) bad("a range of repetitions runs backwards");
            break;
        }
        default: return;
        }
        position++;
    }

    bool parseCount(int &count) {
        size_t begin = position;
        long long value = 0;
        while (position < source.size() && std::isdigit(static_cast<unsigned char>(source[position]))) {
            value = value * 10 + (source[position++] - '0');
            if (value >= unlimited) bad("a number of repetitions is too large");
        }
        if (begin == position) return false;
        count = static_cast<int>(value);
        return true;
    }

    // Where matches of `node` that begin at one of `starts` may end: sorted, each once.
    static std::vector<size_t> run(const Node &node, const std::string &text, std::vector<size_t> starts) {
        std::vector<size_t> ends;
        if (node.from == 0) ends = starts;
        for (int round = 1; round <= node.to && !starts.empty(); round++) {
            std::vector<size_t> next = once(node, text, starts);
            if (round >= node.from) {
                std::vector<size_t> all;
                std::set_union(ends.begin(), ends.end(), next.begin(), next.end(), std::back_inserter(all));
                // Nothing new: nor will the next round bring anything, where there is no least number.
                if (all == ends && round > node.from && node.to == unlimited) break;
                ends.swap(all);
            }
            starts.swap(next);
        }
        return ends;
    }

    static std::vector<size_t> once(const Node &node, const std::string &text, const std::vector<size_t> &starts) {
        std::vector<size_t> ends;
        switch (node.kind) {
        case Node::set:
            for (size_t start : starts)
                if (start < text.size() && node.members[static_cast<unsigned char>(text[start])])
                    ends.push_back(start + 1);
            break;
        case Node::sequence:
            ends = starts;
            for (const Node &child : node.children) ends = run(child, text, ends);
            break;
        case Node::alternatives:
            for (const Node &child : node.children) {
                std::vector<size_t> own = run(child, text, starts), all;
                std::set_union(ends.begin(), ends.end(), own.begin(), own.end(), std::back_inserter(all));
                ends.swap(all);
            }
            break;
        }
        return ends;
    }

    std::string made(const Node &node, random_t &rnd) const;
};

// ---- Streams ----------------------------------------------------------------------------------------------------

// A file that is read by rules: numbers and tokens with their bounds.
//
// Whatever does not fit them ends the program: with the verdict where the file is the participant's, else as a failure of
// the problem. A strict stream, a validator's, skips nothing by itself.
struct InStream {
    TMode mode = _input;
    std::string name;
    bool opened = false;
    bool strict = false;
    bool stdfile = false;
    // How many numbers of a list are read yet, for messages.
    int readManyIteration = noIteration;

    static const int noIteration = INT_MIN;

    InStream() {}
    InStream(const InStream &) = delete;
    InStream &operator=(const InStream &) = delete;

    void init(const std::string &path, TMode streamMode);
    void init(std::FILE *stream, TMode streamMode);
    void close();
    void reset(std::FILE *stream = nullptr);
    void setTestCase(int testCase);

    // Characters. At the end there is EOFC.
    char curChar() { return static_cast<char>(peek()); }
    char nextChar();
    char readChar() { return nextChar(); }
    char readChar(char c);
    char readSpace() { return readChar(SPACE); }
    void skipChar() { get(); }
    void unreadChar(char c);
    bool eof() { return isEof(peek()); }
    bool eoln() { return endsLine(strict, false); }
    bool seekEof();
    bool seekEoln();
    void skipBlanks() { while (isBlanks(peek())) get(); }
    void nextLine() { readLine(); }
    void readEoln();
    void readEof();

    // Tokens: up to white space.
    std::string readToken() { return readWord(); }
    std::string readWord();
    std::string readWord(const pattern &p, const std::string &variable = "");
    std::string readWord(const std::string &p, const std::string &variable = "") { return readWord(pattern(p), variable); }
    std::string readToken(const pattern &p, const std::string &variable = "") { return readWord(p, variable); }
    std::string readToken(const std::string &p, const std::string &variable = "") { return readWord(p, variable); }
    std::string readWord(int minimum, int maximum, const std::string &p, const std::string &variable = "");
    std::string readToken(int minimum, int maximum, const std::string &p, const std::string &variable = "") {
        return readWord(minimum, maximum, p, variable);
    }
    void readWordTo(std::string &result) { result = readWord(); }
    void readTokenTo(std::string &result) { result = readWord(); }
    template <typename P> void readWordTo(std::string &result, const P &p, const std::string &variable = "") {
        result = readWord(p, variable);
    }
    template <typename P> void readTokenTo(std::string &result, const P &p, const std::string &variable = "") {
        result = readWord(p, variable);
    }
    template <typename P>
    std::vector<std::string> readWords(int size, const P &p, const std::string &variables = "", int indexBase = 1) {
        return many<std::string>(size, indexBase, [&] { return readWord(p, variables); });
    }
    std::vector<std::string> readWords(int size, int indexBase = 1) {
        return many<std::string>(size, indexBase, [&] { return readWord(); });
    }
    template <typename P>
    std::vector<std::string> readTokens(int size, const P &p, const std::string &variables = "", int indexBase = 1) {
        return readWords(size, p, variables, indexBase);
    }
    std::vector<std::string> readTokens(int size, int indexBase = 1) { return readWords(size, indexBase); }

    // Lines, without what ends them.
    std::string readLine() { return readString(); }
    std::string readString();
    std::string readString(const pattern &p, const std::string &variable = "");
    std::string readString(const std::string &p, const std::string &variable = "") {
        return readString(pattern(p), variable);
    }
    std::string readLine(const pattern &p, const std::string &variable = "") { return readString(p, variable); }
    std::string readLine(const std::string &p, const std::string &variable = "") { return readString(p, variable); }
    void readStringTo(std::string &result) { result = readString(); }
    void readLineTo(std::string &result) { result = readString(); }
    template <typename P> void readStringTo(std::string &result, const P &p, const std::string &variable = "") {
        result = readString(p, variable);
    }
    template <typename P> void readLineTo(std::string &result, const P &p, const std::string &variable = "") {
        result = readString(p, variable);
    }
    std::vector<std::string> readLines(int size, int indexBase = 1) {
        return many<std::string>(size, indexBase, [&] { return readString(); }, false);
    }
    template <typename P>
    std::vector<std::string> readLines(int size, const P &p, const std::string &variables = "", int indexBase = 1) {
        return many<std::string>(size, indexBase, [&] { return readString(p, variables); }, false);
    }
    std::vector<std::string> readStrings(int size, int indexBase = 1) { return readLines(size, indexBase); }
    template <typename P>
    std::vector<std::string> readStrings(int size, const P &p, const std::string &variables = "", int indexBase = 1) {
        return readLines(size, p, variables, indexBase);
    }

    // Whole numbers: no `+`, no leading zero, no `-0`.
    int readInteger() { return static_cast<int>(whole(INT_MIN, INT_MAX, "int32")); }
    int readInt() { return readInteger(); }
    long long readLong() { return static_cast<long long>(whole(LLONG_MIN, LLONG_MAX, "int64")); }
    unsigned long long readUnsignedLong() { return static_cast<unsigned long long>(whole(0, ULLONG_MAX, "uint64")); }
    int readInteger(int least, int most, const std::string &variable = "") {
        return within(readInteger(), least, most, variable, "Integer");
    }
    int readInt(int least, int most, const std::string &variable = "") { return readInteger(least, most, variable); }
    long long readLong(long long least, long long most, const std::string &variable = "") {
        return within(readLong(), least, most, variable, "Integer");
    }
    unsigned long long readUnsignedLong(
        unsigned long long least, unsigned long long most, const std::string &variable = ""
    ) {
        return within(readUnsignedLong(), least, most, variable, "Unsigned integer");
    }
    unsigned long long readLong(
        unsigned long long least, unsigned long long most, const std::string &variable = ""
    ) {
        return readUnsignedLong(least, most, variable);
    }
    std::vector<int> readIntegers(int size, int least, int most, const std::string &variables = "", int indexBase = 1) {
        return many<int>(size, indexBase, [&] { return readInteger(least, most, variables); });
    }
    std::vector<int> readIntegers(int size, int indexBase = 1) {
        return many<int>(size, indexBase, [&] { return readInteger(); });
    }
    std::vector<int> readInts(int size, int least, int most, const std::string &variables = "", int indexBase = 1) {
        return readIntegers(size, least, most, variables, indexBase);
    }
    std::vector<int> readInts(int size, int indexBase = 1) { return readIntegers(size, indexBase); }
    std::vector<long long> readLongs(
        int size, long long least, long long most, const std::string &variables = "", int indexBase = 1
    ) {
        return many<long long>(size, indexBase, [&] { return readLong(least, most, variables); });
    }
    std::vector<long long> readLongs(int size, int indexBase = 1) {
        return many<long long>(size, indexBase, [&] { return readLong(); });
    }
    std::vector<unsigned long long> readUnsignedLongs(
        int size, unsigned long long least, unsigned long long most, const std::string &variables = "", int indexBase = 1
    ) {
        return many<unsigned long long>(size, indexBase, [&] { return readUnsignedLong(least, most, variables); });
    }
    std::vector<unsigned long long> readUnsignedLongs(int size, int indexBase = 1) {
        return many<unsigned long long>(size, indexBase, [&] { return readUnsignedLong(); });
    }

    // Numbers with a fraction. A strict one is digits with as many behind the point as its bounds say.
    double readReal();
    double readDouble() { return readReal(); }
    double readReal(double least, double most, const std::string &variable = "");
    double readDouble(double least, double most, const std::string &variable = "") {
        return readReal(least, most, variable);
    }
    double readStrictReal(
        double least, double most, int minAfterPointDigitCount, int maxAfterPointDigitCount,
        const std::string &variable = ""
    );
    double readStrictDouble(
        double least, double most, int minAfterPointDigitCount, int maxAfterPointDigitCount,
        const std::string &variable = ""
    ) {
        return readStrictReal(least, most, minAfterPointDigitCount, maxAfterPointDigitCount, variable);
    }
    std::vector<double> readReals(
        int size, double least, double most, const std::string &variables = "", int indexBase = 1
    ) {
        return many<double>(size, indexBase, [&] { return readReal(least, most, variables); });
    }
    std::vector<double> readReals(int size, int indexBase = 1) {
        return many<double>(size, indexBase, [&] { return readReal(); });
    }
    std::vector<double> readDoubles(
        int size, double least, double most, const std::string &variables = "", int indexBase = 1
    ) {
        return readReals(size, least, most, variables, indexBase);
    }
    std::vector<double> readDoubles(int size, int indexBase = 1) { return readReals(size, indexBase); }
    std::vector<double> readStrictReals(
        int size, double least, double most, int minAfterPointDigitCount, int maxAfterPointDigitCount,
        const std::string &variables = "", int indexBase = 1
    ) {
        return many<double>(size, indexBase, [&] {
            return readStrictReal(least, most, minAfterPointDigitCount, maxAfterPointDigitCount, variables);
        });
    }
    std::vector<double> readStrictDoubles(
        int size, double least, double most, int minAfterPointDigitCount, int maxAfterPointDigitCount,
        const std::string &variables = "", int indexBase = 1
    ) {
        return readStrictReals(
            size, least, most, minAfterPointDigitCount, maxAfterPointDigitCount, variables, indexBase
        );
    }

    // The end.
    [[noreturn]] void quit(TResult result, const std::string &message);
    [[noreturn]] void quits(TResult result, const std::string &message) { quit(result, message); }
    [[noreturn]] void quitf(TResult result, const char *pattern, ...) ASSAY_PRINTF(3, 4);
    void quitif(bool condition, TResult result, const char *pattern, ...) ASSAY_PRINTF(4, 5);
    void ensuref(bool condition, const char *pattern, ...) ASSAY_PRINTF(3, 4);

private:
    std::FILE *file = nullptr;
    std::vector<int> pushedBack;
    int line = 1;
    int testCase = noIteration;

    int get();
    void unget(int c);
    int peek();
    bool endsLine(bool isStrict, bool consumes);
    std::string parameter(const std::string &kind, const std::string &variable) const;
    __int128 whole(__int128 least, __int128 most, const char *type);
    double real(const std::string &word);
    void check(const std::string &text, const pattern &p, const std::string &kind, const std::string &variable);

    template <typename T>
    T within(T value, T least, T most, const std::string &variable, const std::string &kind) {
        if (value < least || value > most)
            quit(_wa, parameter(kind, variable) + " equals to " + vtos(value) + ", violates the range ["
                + vtos(least) + ", " + vtos(most) + "]");
        return value;
    }

    // A strict stream has one space between two of a list.
    template <typename T, typename Reader>
    std::vector<T> many(int size, int indexBase, Reader read, bool isSpaced = true) {
        if (size < 0) quit(_fail, "a list's size must not be negative");
        std::vector<T> values;
        values.reserve(static_cast<size_t>(std::min(size, 1 << 20)));
        for (int i = 0; i < size; i++) {
            readManyIteration = indexBase + i;
            if (strict && isSpaced && i > 0) readSpace();
            values.push_back(read());
        }
        readManyIteration = noIteration;
        return values;
    }
};

// The test's input, the participant's output (an interactor reads there what the participant's program writes) and the
// jury's answer.
inline InStream inf, ouf, ans;
// What an interactor leaves for a checker.
inline std::fstream tout;
inline TTestlibMode testlibMode = _unknown;

// ---- The end ----------------------------------------------------------------------------------------------------

namespace assay_testlib {

inline int testCase = InStream::noIteration;
inline std::string checkerName;
inline std::string reportPath;
inline bool hasEnded = false;
inline bool isGuarded = true;

inline int status(TResult result) {
    if (result >= _partially) return PC_BASE_EXIT_CODE + std::min<int>(result - _partially, 200);
    switch (result) {
    case _ok: return OK_EXIT_CODE;
    case _wa: return WA_EXIT_CODE;
    case _pe: return PE_EXIT_CODE;
    case _dirt: return DIRT_EXIT_CODE;
    case _points: return POINTS_EXIT_CODE;
#ifdef ENABLE_UNEXPECTED_EOF
    case _unexpected_eof: return UNEXPECTED_EOF_EXIT_CODE;
#else
    case _unexpected_eof: return PE_EXIT_CODE;
#endif
    default: return FAIL_EXIT_CODE;
    }
}

inline std::string heading(TResult result) {
    if (result >= _partially) return "partially correct (" + vtos(result - _partially) + ") ";
    switch (result) {
    case _ok: return "ok ";
    case _wa: return "wrong answer ";
    case _pe: case _dirt: return "wrong output format ";
    case _points: return "points ";
#ifdef ENABLE_UNEXPECTED_EOF
    case _unexpected_eof: return "unexpected eof ";
#else
    case _unexpected_eof: return "wrong output format ";
#endif
    default: return "FAIL ";
    }
}

// Says what was decided and ends the program.
[[noreturn]] inline void end(TResult result, std::string message) {
    hasEnded = true;
    if (testCase != InStream::noIteration) message = "test case " + vtos(testCase) + ": " + message;
    std::string text = heading(result) + message + "\n";
    std::cout.flush();
    std::fflush(stdout);
    if (tout.is_open()) tout.close();
    std::fputs(text.c_str(), stderr);
    if (!reportPath.empty()) std::ofstream(reportPath, std::ios::binary) << text;
    std::exit(status(result));
}

struct Guard {
    // Whoever ends without having decided has decided nothing.
    ~Guard() {
        if (!isGuarded || hasEnded) return;
        const char *what = testlibMode == _checker ? "Checker must end with quit or quitf call."
            : testlibMode == _interactor ? "Interactor must end with quit or quitf call."
            : testlibMode == _validator ? "Validator must end with readEof call." : nullptr;
        if (!what) return;
        std::cout.flush();
        std::fprintf(stderr, "FAIL %s\n", what);
        std::fflush(nullptr);
        std::_Exit(FAIL_EXIT_CODE);
    }
};
inline Guard guard;

}  // namespace assay_testlib

[[noreturn]] inline void __testlib_fail(const std::string &message) { assay_testlib::end(_fail, message); }

inline void disableFinalizeGuard() { assay_testlib::isGuarded = false; }

[[noreturn]] inline void quit(TResult result, const std::string &message) { ouf.quit(result, message); }
[[noreturn]] inline void quit(TResult result, const char *message) { ouf.quit(result, message); }

[[noreturn]] inline void quitf(TResult result, const char *pattern, ...) ASSAY_PRINTF(2, 3);
[[noreturn]] inline void quitf(TResult result, const char *pattern, ...) {
    ASSAY_FORMAT(message, pattern)
    quit(result, message);
}

inline void quitif(bool condition, TResult result, const char *pattern, ...) ASSAY_PRINTF(3, 4);
inline void quitif(bool condition, TResult result, const char *pattern, ...) {
    if (!condition) return;
    ASSAY_FORMAT(message, pattern)
    quit(result, message);
}

// Points instead of a verdict; `info` is a number, as text.
[[noreturn]] inline void quitpi(const std::string &info, const std::string &message = "") {
    quit(_points, message.empty() ? info : info + " " + message);
}

[[noreturn]] inline void quitp(double points, const std::string &message = "") {
    quitpi(removeDoubleTrailingZeroes(format("%.10f", points)), message);
}

template <typename F, typename... Values>
[[noreturn]] void quitp(F points, const char *pattern, Values... values) {
    quitp(static_cast<double>(points), format(pattern, values...));
}

inline void setTestCase(int testCase) { assay_testlib::testCase = testCase; }
inline void unsetTestCase() { assay_testlib::testCase = InStream::noIteration; }

inline void __testlib_ensure(bool condition, const std::string &message) {
    if (!condition) __testlib_fail(message);
}
#define ensure(condition) __testlib_ensure((condition), "Condition failed: \"" #condition "\"")
#define ensure_ext(condition) ensure(condition)

inline void ensuref(bool condition, const char *pattern, ...) ASSAY_PRINTF(2, 3);
inline void ensuref(bool condition, const char *pattern, ...) {
    if (condition) return;
    ASSAY_FORMAT(message, pattern)
    __testlib_fail(message);
}

inline void setName(const char *pattern, ...) ASSAY_PRINTF(1, 2);
inline void setName(const char *pattern, ...) {
    ASSAY_FORMAT(name, pattern)
    assay_testlib::checkerName = name;
}

inline void setAppesModeEncoding(const std::string &) {}

// Ends with both values in the message, where there is one that was not expected.
template <typename T>
[[noreturn]] void expectedButFound(TResult result, const T &expected, const T &found, const std::string &before = "") {
    std::ostringstream text;
    text << std::setprecision(12);
    if (!before.empty()) text << before << ": ";
    text << "expected '" << expected << "', found '" << found << "'";
    quit(result, text.str());
}

template <typename T, typename... Values>
[[noreturn]] void expectedButFound(
    TResult result, const T &expected, const T &found, const char *pattern, Values... values
) {
    expectedButFound<T>(result, expected, found, format(pattern, values...));
}

// ---- Reading ----------------------------------------------------------------------------------------------------

inline void InStream::init(const std::string &path, TMode streamMode) {
    mode = streamMode;
    name = path;
    file = std::fopen(path.c_str(), "rb");
    opened = file != nullptr;
    if (!opened) {
        if (mode == _output) quit(_pe, "Output file not found: \"" + path + "\"");
        quit(_fail, "File not found: \"" + path + "\"");
    }
}

inline void InStream::init(std::FILE *stream, TMode streamMode) {
    mode = streamMode;
    name = stream == stdin ? "stdin" : stream == stdout ? "stdout" : "unknown";
    file = stream;
    opened = stdfile = true;
}

inline void InStream::close() {
    if (file && !stdfile) std::fclose(file);
    file = nullptr;
    opened = false;
}

inline void InStream::reset(std::FILE *stream) {
    if (stream) {
        file = stream;
        opened = true;
    } else if (file) {
        std::rewind(file);
    }
    pushedBack.clear();
    line = 1;
}

inline void InStream::setTestCase(int value) { testCase = value; }

inline int InStream::get() {
    int c;
    if (!pushedBack.empty()) {
        c = pushedBack.back();
        pushedBack.pop_back();
    } else {
        c = file ? std::getc(file) : EOF;
    }
    if (c == LF) line++;
    return c;
}

inline void InStream::unget(int c) {
    if (c == EOF) return;
    if (c == LF) line--;
    pushedBack.push_back(c);
}

inline int InStream::peek() {
    if (pushedBack.empty()) {
        int c = file ? std::getc(file) : EOF;
        if (c == EOF) return EOF;
        pushedBack.push_back(c);
    }
    return pushedBack.back();
}

inline void InStream::unreadChar(char c) { unget(static_cast<unsigned char>(c)); }

inline char InStream::nextChar() {
    int c = get();
    if (c == EOF) quit(_unexpected_eof, "Unexpected end of file");
    return static_cast<char>(c);
}

inline char InStream::readChar(char expected) {
    int c = get();
    if (c == static_cast<unsigned char>(expected)) return expected;
    std::string found = c == EOF ? "end of file" : c == LF ? "end of line" : "'" + std::string(1, char(c)) + "'";
    std::string wanted = expected == LF ? "end of line" : "'" + std::string(1, expected) + "'";
    quit(_pe, "Unexpected character: expected " + wanted + ", but found " + found);
}

// Whether a line ends here, by LF, CR LF or, where that is allowed, the end of the file.
inline bool InStream::endsLine(bool isStrict, bool consumes) {
    int c = get();
    if (c == EOF) return !isStrict;
    if (c == LF) {
        if (!consumes) unget(c);
        return true;
    }
    if (!isStrict && c == CR) {
        int next = get();
        if (next == LF && consumes) return true;
        unget(next);
        unget(c);
        return next == LF;
    }
    unget(c);
    return false;
}

inline void InStream::readEoln() {
    if (!endsLine(strict, true)) quit(_pe, "Expected EOLN");
}

inline void InStream::readEof() {
    if (!eof()) quit(_pe, "Expected EOF");
    if (testlibMode == _validator && this == &inf) assay_testlib::hasEnded = true;
}

inline bool InStream::seekEof() {
    skipBlanks();
    return eof();
}

inline bool InStream::seekEoln() {
    while (peek() == SPACE || peek() == TAB) get();
    return eoln();
}

inline std::string InStream::parameter(const std::string &kind, const std::string &variable) const {
    std::string text = kind + (readManyIteration == noIteration ? " parameter" : " element");
    if (readManyIteration == noIteration) return variable.empty() ? text : text + " [name=" + variable + "]";
    return text + " " + variable + "[" + vtos(readManyIteration) + "]";
}

inline std::string InStream::readWord() {
    if (!strict) skipBlanks();
    if (eof()) quit(_unexpected_eof, "Unexpected end of file - token expected");
    if (isBlanks(peek())) quit(_pe, "Unexpected white-space - token expected");
    std::string word;
    while (!isEof(peek()) && !isBlanks(peek())) word += static_cast<char>(get());
    return word;
}

inline void InStream::check(
    const std::string &text, const pattern &p, const std::string &kind, const std::string &variable
) {
    if (p.matches(text)) return;
    quit(_wa, parameter(kind, variable) + " equals to \"" + compress(text) + "\", doesn't correspond to pattern \""
        + compress(p.src()) + "\"");
}

inline std::string InStream::readWord(const pattern &p, const std::string &variable) {
    std::string word = readWord();
    check(word, p, "Token", variable);
    return word;
}

inline std::string InStream::readWord(int minimum, int maximum, const std::string &p, const std::string &variable) {
    std::string word = readWord(p, variable);
    within(static_cast<int>(word.size()), minimum, maximum, variable, "Length of token");
    return word;
}

inline std::string InStream::readString() {
    if (eof()) quit(_pe, "Expected line");
    std::string text;
    while (!isEof(peek()) && !endsLine(false, false)) text += static_cast<char>(get());
    if (strict || !eof()) readEoln();
    return text;
}

inline std::string InStream::readString(const pattern &p, const std::string &variable) {
    std::string text = readString();
    check(text, p, "Line", variable);
    return text;
}

inline __int128 InStream::whole(__int128 least, __int128 most, const char *type) {
    if (!strict) skipBlanks();
    if (eof()) quit(_unexpected_eof, std::string("Unexpected end of file - ") + type + " expected");
    std::string word = readWord();
    size_t first = word[0] == '-' ? 1 : 0;
    bool isWhole = word.size() > first && word.size() <= 20 + first;
    for (size_t i = first; i < word.size(); i++) isWhole = isWhole && '0' <= word[i] && word[i] <= '9';
    if (isWhole && word[first] == '0') isWhole = word == "0";
    __int128 value = 0;
    for (size_t i = first; isWhole && i < word.size(); i++) value = value * 10 + (word[i] - '0');
    if (first == 1) value = -value;
    if (!isWhole || value < least || value > most)
        quit(_pe, std::string("Expected ") + type + ", but \"" + compress(word) + "\" found");
    return value;
}

inline double InStream::real(const std::string &word) {
    bool isPlain = true;
    for (char c : word) isPlain = isPlain && (std::isdigit(static_cast<unsigned char>(c)) || std::strchr(".eE+-", c));
    char *rest = nullptr;
    double value = isPlain ? std::strtod(word.c_str(), &rest) : 0;
    if (!isPlain || word.empty() || *rest || std::isnan(value) || std::isinf(value))
        quit(_pe, "Expected double, but \"" + compress(word) + "\" found");
    return value;
}

inline double InStream::readReal() {
    if (!strict) skipBlanks();
    if (eof()) quit(_unexpected_eof, "Unexpected end of file - double expected");
    return real(readWord());
}

inline double InStream::readReal(double least, double most, const std::string &variable) {
    return within(readReal(), least, most, variable, "Double");
}

inline double InStream::readStrictReal(double least, double most, int fewest, int mostDigits, const std::string &variable) {
    if (!strict) skipBlanks();
    if (eof()) quit(_unexpected_eof, "Unexpected end of file - strict double expected");
    std::string word = readWord();
    static const pattern plain("-?(0|[1-9][0-9]*)(\\.[0-9]+)?");
    size_t point = word.find('.');
    int digits = point == std::string::npos ? 0 : static_cast<int>(word.size() - point - 1);
    bool isZero = word.find_first_of("123456789") == std::string::npos;
    if (!plain.matches(word) || (isZero && word[0] == '-'))
        quit(_pe, "Expected strict double, but \"" + compress(word) + "\" found");
    if (digits < fewest || digits > mostDigits)
        quit(_pe, parameter("Strict double", variable) + " has " + vtos(digits) + " digits behind the point, from "
            + vtos(fewest) + " to " + vtos(mostDigits) + " are expected: \"" + compress(word) + "\"");
    return within(real(word), least, most, variable, "Strict double");
}

inline void InStream::quit(TResult result, const std::string &text) {
    std::string message = text;
    if (testCase != noIteration) message = "test case " + vtos(testCase) + ": " + message;
    if (mode != _output && result != _fail && this != &ouf)
        assay_testlib::end(_fail, message + " (" + name + (strict ? ", line " + vtos(line) : "") + ")");
    bool decides = result == _ok || result == _points || result >= _partially;
    if (decides && testlibMode == _checker && this == &ouf && opened && !ouf.seekEof())
        assay_testlib::end(_pe, "Extra information in the output file");
    assay_testlib::end(result, message);
}

inline void InStream::quitf(TResult result, const char *pattern, ...) {
    ASSAY_FORMAT(message, pattern)
    quit(result, message);
}

inline void InStream::quitif(bool condition, TResult result, const char *pattern, ...) {
    if (!condition) return;
    ASSAY_FORMAT(message, pattern)
    quit(result, message);
}

inline void InStream::ensuref(bool condition, const char *pattern, ...) {
    if (condition) return;
    ASSAY_FORMAT(message, pattern)
    quit(_wa, message);
}

// The rest of output and answer line by line, but for what is blank at the end.
[[noreturn]] inline void compareRemainingLines(int lineNo = 1) {
    for (int index = lineNo; !ans.eof(); index++) {
        std::string expected = ans.readString();
        if (expected.empty() && ans.eof()) break;
        if (ouf.eof()) quitf(_pe, "Expected %d%s line, but the output ended", index, englishEnding(index).c_str());
        std::string found = ouf.readString();
        if (found != expected)
            quitf(_wa, "%d%s lines differ - expected: '%s', found: '%s'", index, englishEnding(index).c_str(),
                compress(expected).c_str(), compress(found).c_str());
    }
    quit(_ok, "all lines are equal");
}

// ---- Random numbers ---------------------------------------------------------------------------------------------

// The generator of java.util.Random: 48 bits, linear congruential. The same seed gives the same numbers everywhere.
class random_t {
public:
    random_t() : seed(3905348978240129619ULL) {}

    void setSeed(long long value) { seed = (static_cast<unsigned long long>(value) ^ multiplier) & mask; }

    void setSeed(int argc, char *argv[]) {
        seed = 3905348978240129619ULL;
        for (int i = 1; i < argc; i++) {
            for (const char *c = argv[i]; *c; c++)
                seed = seed * multiplier + static_cast<unsigned int>(*c) + addend;
            seed += multiplier / addend;
        }
        seed &= mask;
    }

    long long nextBits(int bits) {
        if (bits <= 48) {
            seed = (seed * multiplier + addend) & mask;
            return static_cast<long long>(seed >> (48 - bits));
        }
        if (bits > 63) __testlib_fail("random_t::nextBits(int bits): bits must be at most 63");
        long long left = nextBits(31) << 32;
        return left ^ nextBits(32);
    }

    // From 0 up to and without n.
    int next(int n) {
        if (n <= 0) __testlib_fail("random_t::next(int n): n must be positive");
        if ((n & -n) == n) return static_cast<int>((n * nextBits(31)) >> 31);
        const long long limit = static_cast<long long>(INT_MAX / n) * n;
        long long bits;
        do bits = nextBits(31); while (bits >= limit);
        return static_cast<int>(bits % n);
    }
    unsigned int next(unsigned int n) {
        if (n >= INT_MAX) __testlib_fail("random_t::next(unsigned int n): n must be less than INT_MAX");
        return static_cast<unsigned int>(next(static_cast<int>(n)));
    }
    long long next(long long n) {
        if (n <= 0) __testlib_fail("random_t::next(long long n): n must be positive");
        const long long limit = LLONG_MAX / n * n;
        long long bits;
        do bits = nextBits(63); while (bits >= limit);
        return bits % n;
    }
    long next(long n) { return static_cast<long>(next(static_cast<long long>(n))); }
    unsigned long long next(unsigned long long n) {
        if (n >= static_cast<unsigned long long>(LLONG_MAX))
            __testlib_fail("random_t::next(unsigned long long n): n must be less than LLONG_MAX");
        return static_cast<unsigned long long>(next(static_cast<long long>(n)));
    }
    unsigned long next(unsigned long n) { return static_cast<unsigned long>(next(static_cast<unsigned long long>(n))); }

    // From `from` to `to`, both included.
    int next(int from, int to) { return static_cast<int>(next(static_cast<long long>(to) - from + 1) + from); }
    long long next(long long from, long long to) { return next(to - from + 1) + from; }
    long next(long from, long to) { return static_cast<long>(next(static_cast<long long>(from), static_cast<long long>(to))); }
    template <typename A, typename B> typename std::enable_if<
        std::is_integral<A>::value && std::is_integral<B>::value && !std::is_same<A, B>::value, long long>::type
    next(A from, B to) {
        return next(static_cast<long long>(from), static_cast<long long>(to));
    }

    // From 0 up to and without 1, or n, or from `from` up to `to`.
    double next() {
        long long left = nextBits(26) << 27;
        return static_cast<double>(left + nextBits(27)) / static_cast<double>(1LL << 53);
    }
    double next(double n) { return n * next(); }
    double next(double from, double to) { return next(to - from) + from; }

    // A text that fits the pattern.
    std::string next(const pattern &p) { return p.next(*this); }
    std::string next(const std::string &text) { return next(pattern(text)); }
    std::string next(const char *format, ...) ASSAY_PRINTF(2, 3);

    // The largest of `type` + 1 tries; below zero the smallest of as many.
    template <typename T> T wnext(T n, int type) {
        T value = next(n);
        for (int i = 0; i < std::abs(type); i++) value = type > 0 ? std::max(value, next(n)) : std::min(value, next(n));
        return value;
    }
    template <typename T> T wnext(T from, T to, int type) { return static_cast<T>(wnext(to - from + 1, type) + from); }

    template <typename Collection> typename Collection::value_type any(const Collection &values) {
        if (values.empty()) __testlib_fail("random_t::any: the collection is empty");
        auto it = values.begin();
        std::advance(it, next(static_cast<int>(values.size())));
        return *it;
    }
    template <typename Iterator> typename std::iterator_traits<Iterator>::value_type any(Iterator first, Iterator last) {
        auto size = std::distance(first, last);
        if (size <= 0) __testlib_fail("random_t::any: the range is empty");
        std::advance(first, next(static_cast<int>(size)));
        return *first;
    }

    template <typename T, typename E> std::vector<E> perm(T size, E first) {
        std::vector<E> values(static_cast<size_t>(size));
        E value = first;
        for (size_t i = 0; i < values.size(); i++, ++value) {
            values[i] = value;
            if (i > 0) std::swap(values[i], values[static_cast<size_t>(next(static_cast<int>(i) + 1))]);
        }
        return values;
    }
    template <typename T> std::vector<T> perm(T size) { return perm(size, T(0)); }

    template <typename T> std::vector<T> distinct(int size, T from, T to) {
        if (static_cast<long long>(to) - from + 1 < size) __testlib_fail("random_t::distinct: there are not as many");
        std::set<T> seen;
        std::vector<T> values;
        while (static_cast<int>(values.size()) < size) {
            T value = static_cast<T>(next(static_cast<long long>(from), static_cast<long long>(to)));
            if (seen.insert(value).second) values.push_back(value);
        }
        return values;
    }
    template <typename T> std::vector<T> distinct(int size, T upper) { return distinct(size, T(0), upper - 1); }

private:
    static const unsigned long long multiplier = 0x5DEECE66DULL;
    static const unsigned long long addend = 0xBULL;
    static const unsigned long long mask = (1ULL << 48) - 1;
    unsigned long long seed;
};

inline random_t rnd;

inline std::string random_t::next(const char *format, ...) {
    ASSAY_FORMAT(text, format)
    return next(pattern(text));
}

inline std::string pattern::next(random_t &rnd) const { return made(root, rnd); }

inline std::string pattern::made(const Node &node, random_t &rnd) const {
    if (node.to == unlimited) bad("a text without a longest length cannot be made");
    int count = node.from == node.to ? node.from : rnd.next(node.from, node.to);
    std::string text;
    for (int i = 0; i < count; i++) {
        if (node.kind == Node::set) {
            std::string members;
            for (int c = 0; c < 256; c++) if (node.members[c]) members += static_cast<char>(c);
            if (members.empty()) bad("an empty set");
            text += members[static_cast<size_t>(rnd.next(static_cast<int>(members.size())))];
        } else if (node.kind == Node::sequence) {
            for (const Node &child : node.children) text += made(child, rnd);
        } else {
            size_t count = node.children.size();
            text += made(node.children[count == 1 ? 0 : static_cast<size_t>(rnd.next(static_cast<int>(count)))], rnd);
        }
    }
    return text;
}

template <typename Iterator> void shuffle(Iterator first, Iterator last) {
    if (first == last) return;
    for (Iterator it = first + 1; it != last; ++it) std::iter_swap(it, first + rnd.next(static_cast<int>(it - first) + 1));
}

// ---- Beginnings -------------------------------------------------------------------------------------------------

namespace assay_testlib {

inline std::vector<std::string> arguments;
inline std::map<std::string, std::string> options;

// The value of an option, from `--name value`, `--name=value` or one dash; empty where there is none.
inline std::string option(const std::string &name, const std::string &otherwise = "") {
    auto found = options.find(name);
    return found == options.end() ? otherwise : found->second;
}

inline void keepArguments(int argc, char *argv[]) {
    arguments.assign(argv, argv + argc);
    options.clear();
    for (size_t i = 1; i < arguments.size(); i++) {
        const std::string &text = arguments[i];
        if (text.size() < 2 || text[0] != '-' || std::isdigit(static_cast<unsigned char>(text[1]))) continue;
        std::string name = text.substr(text[1] == '-' ? 2 : 1);
        size_t equals = name.find('=');
        bool isFollowed = i + 1 < arguments.size()
            && (arguments[i + 1].empty() || arguments[i + 1][0] != '-'
                || (arguments[i + 1].size() > 1 && std::isdigit(static_cast<unsigned char>(arguments[i + 1][1]))));
        if (equals != std::string::npos) options[name.substr(0, equals)] = name.substr(equals + 1);
        else options[name] = isFollowed ? arguments[i + 1] : "true";
    }
}

}  // namespace assay_testlib

// The test set and group that a checker or validator was told of.
struct Validator {
    std::string testset() const { return assay_testlib::option("testset"); }
    std::string group() const { return assay_testlib::option("group"); }
    void addFeature(const std::string &) {}
    void feature(const std::string &) {}
};
using Checker = Validator;
inline Validator validator;
inline Checker checker;

inline void feature(const std::string &) {}
inline void addFeature(const std::string &) {}

// A checker: `checker input output answer [report]`.
inline void registerTestlibCmd(int argc, char *argv[]) {
    testlibMode = _checker;
    ouf.mode = _output;
    if (argc < 4)
        __testlib_fail("a checker is called with three files: the input, the output and the answer");
    if (argc > 4 && argv[4][0] != '-') assay_testlib::reportPath = argv[4];
    assay_testlib::keepArguments(argc, argv);
    inf.init(std::string(argv[1]), _input);
    ans.init(std::string(argv[3]), _answer);
    ouf.init(std::string(argv[2]), _output);
}

inline void registerTestlib(int argc, ...) {
    if (argc < 3) __testlib_fail("registerTestlib wants three files: the input, the output and the answer");
    va_list files;
    va_start(files, argc);
    std::string input = va_arg(files, char *), output = va_arg(files, char *), answer = va_arg(files, char *);
    va_end(files);
    std::vector<char *> argv = {const_cast<char *>("checker"), &input[0], &output[0], &answer[0]};
    registerTestlibCmd(4, argv.data());
}

// An interactor: `interactor input output [answer [report]]`; it reads what the participant's program writes from `ouf` and
// writes to it on stdout.
inline void registerInteraction(int argc, char *argv[]) {
    testlibMode = _interactor;
    ouf.mode = _output;
    if (argc < 3) __testlib_fail("an interactor is called with two files at least: the input and the output");
    if (argc > 4 && argv[4][0] != '-') assay_testlib::reportPath = argv[4];
    assay_testlib::keepArguments(argc, argv);
    inf.init(std::string(argv[1]), _input);
    tout.open(argv[2], std::ios_base::out | std::ios_base::binary);
    if (!tout.is_open()) __testlib_fail(std::string("Can not write to the output file \"") + argv[2] + "\"");
    ouf.init(stdin, _output);
    if (argc >= 4) ans.init(std::string(argv[3]), _answer);
    else ans.name = "unopened answer stream";
}

// A validator: reads the test's input from stdin.
inline void registerValidation(int argc, char *argv[]) {
    testlibMode = _validator;
    assay_testlib::keepArguments(argc, argv);
    inf.init(stdin, _input);
    inf.strict = true;
}

inline void registerValidation() {
    testlibMode = _validator;
    inf.init(stdin, _input);
    inf.strict = true;
}

// A generator: the numbers depend on all arguments. Version 1 is the only one.
inline void registerGen(int argc, char *argv[], int randomGeneratorVersion) {
    if (randomGeneratorVersion != 0 && randomGeneratorVersion != 1)
        __testlib_fail("registerGen: the version of the random numbers is 0 or 1");
    testlibMode = _generator;
    assay_testlib::keepArguments(argc, argv);
    rnd.setSeed(argc, argv);
}

inline void registerGen(int argc, char *argv[]) { registerGen(argc, argv, 0); }

// The generator writes this test's file from now on.
inline void startTest(int test) {
    if (!std::freopen(vtos(test).c_str(), "wt", stdout))
        __testlib_fail("Unable to write file '" + vtos(test) + "'");
}

// ---- A generator's options --------------------------------------------------------------------------------------

inline bool has_opt(const std::string &name) { return assay_testlib::options.count(name) > 0; }

namespace assay_testlib {

template <typename T> T valueOf(const std::string &text, const std::string &name) {
    T value{};
    std::istringstream stream(text);
    std::string rest;
    if (!(stream >> std::boolalpha >> value) || stream >> rest)
        __testlib_fail("Opt \"" + name + "\": \"" + compress(text) + "\" is not of the expected type");
    return value;
}
template <> inline std::string valueOf<std::string>(const std::string &text, const std::string &) { return text; }

}  // namespace assay_testlib

template <typename T> T opt(const std::string &name) {
    if (!has_opt(name)) __testlib_fail("Opt \"" + name + "\" is not found");
    return assay_testlib::valueOf<T>(assay_testlib::options[name], name);
}
template <typename T> T opt(const std::string &name, const T &otherwise) {
    return has_opt(name) ? opt<T>(name) : otherwise;
}
template <typename T> T opt(int index) {
    if (index < 0 || index >= static_cast<int>(assay_testlib::arguments.size()))
        __testlib_fail("Opt " + vtos(index) + " is not found");
    return assay_testlib::valueOf<T>(assay_testlib::arguments[static_cast<size_t>(index)], vtos(index));
}
inline std::string opt(const std::string &name) { return opt<std::string>(name); }
inline std::string opt(int index) { return opt<std::string>(index); }

// ---- Output of generators ---------------------------------------------------------------------------------------

namespace assay_testlib {

template <typename T> auto put(const T &value, int) -> decltype(std::cout << value, void()) { std::cout << value; }
template <typename T> auto put(const T &values, long) -> decltype(values.begin(), void()) { std::cout << join(values); }

}  // namespace assay_testlib

inline void println() { std::cout << '\n'; }

template <typename First, typename... Others> void println(const First &first, const Others &...others) {
    assay_testlib::put(first, 0);
    ((std::cout << ' ', assay_testlib::put(others, 0)), ...);
    std::cout << '\n';
}

#endif
