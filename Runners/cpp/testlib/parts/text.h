// Text and numbers: what messages are made of. Part of testlib.h, which includes it.

#pragma once

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
