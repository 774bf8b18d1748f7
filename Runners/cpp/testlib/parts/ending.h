// How a program says what it decided. Part of testlib.h, which includes it.

#pragma once

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
