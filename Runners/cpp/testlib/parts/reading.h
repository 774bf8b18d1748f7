// How the streams are read. Part of testlib.h, which includes it.

#pragma once

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
