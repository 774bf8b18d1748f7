// Random numbers, the same for the same seed. Part of testlib.h, which includes it.

#pragma once

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
