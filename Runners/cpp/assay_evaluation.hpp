// Stands before the submission where it is built with the call of one assertion: hands out the call's value, whose
// comparison is the service's.
#pragma once
#pragma GCC system_header
#include "assay_codec.hpp"
#include "assay_test.hpp"
#include "runtime.hpp"

namespace assay_runner {

// Writes a value with what a comparison with a literal looks at: unsigned types that are no narrower than `int` as
// such, characters as numbers. What no literal equals is `$other`.
template <class T>
void write_exactly(writer& out, const T& value) {
    constexpr shapes s = shape<T>();
    if constexpr (std::is_enum<T>::value && std::is_convertible<T, long long>::value) {
        const auto promoted = +value;  // mostly an `int`, though the type below may be unsigned
        write_exactly(out, promoted);
    } else if constexpr (s == shapes::character) {
        out.integer(value);
    } else if constexpr (s == shapes::integer) {
        if constexpr (sizeof(T) >= sizeof(int) && static_cast<T>(-1) > static_cast<T>(0)) {
            out.word("{\"$unsigned\":[");
            out.natural(8 * sizeof(T));
            out.raw(',');
            out.natural(value);
            out.word("]}");
        } else {
            out.integer(value);
        }
    } else if constexpr (s == shapes::real) {
        // A `long double` between two doubles is no literal's equal.
        if (value == value && static_cast<T>(static_cast<double>(value)) != value)
            out.word("{\"$other\":[\"long double\",true]}");
        else out.real(static_cast<double>(value));
    } else if constexpr (carried<T>()) {
        write(out, value);
    } else {
        out.word("{\"$other\":[\"class of its own\",true]}");
    }
}

// `check` compares its argument as the assertion does; it is never called.
template <class T, class C>
void answer(T&& value, const C& check) {
    using checked [[gnu::unused]] = decltype(check(value));
    writer frame;
    frame.word("{\"evaluated\":");
    write_exactly<plain<T>>(frame, value);
    frame.raw('}');
    send_frame(frame);
}

}  // namespace assay_runner
