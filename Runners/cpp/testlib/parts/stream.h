// What is read: the input, the participant's output, the jury's answer. Part of testlib.h, which includes it.

#pragma once

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
