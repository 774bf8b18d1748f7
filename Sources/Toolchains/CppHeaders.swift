/// The headers that the image of C++ holds compiled, and the ones that they may be put before.
enum CppHeaders {
    /// Where they are, see `Runners/cpp/install.sh`.
    static let folder = "/usr/lib/assay/precompiled"

    /// In the order of preference: the first has the others in it.
    private static let names = ["bits/stdc++.h", "iostream"]

    /// The one that a compilation can begin with, without a change of meaning.
    ///
    /// - Parameters:
    ///   - headers: What the source includes before anything else.
    ///   - behindPrelude: The source stands behind `<bits/stdc++.h>` anyway.
    /// - Returns: Its name, as in `#include`; `nil` where there is none.
    static func precompiled(for headers: [String], behindPrelude: Bool) -> String? {
        if behindPrelude { return names[0] }
        // Up to the first that is not the library's own: behind that, a header may mean something else.
        let known = headers.prefix { standard.contains($0) }
        return names.first(where: known.contains)
    }

    /// The headers of the standard library, the C ones and GCC's `<bits/stdc++.h>` among them.
    private static let standard: Set<String> = Set(names).union(
        """
        algorithm any array atomic barrier bit bitset charconv chrono codecvt compare complex concepts
        condition_variable coroutine deque exception execution expected filesystem format forward_list fstream
        functional future generator initializer_list iomanip ios iosfwd istream iterator latch limits list locale map
        memory memory_resource mutex new numbers numeric optional ostream print queue random ranges ratio regex
        scoped_allocator semaphore set shared_mutex source_location span spanstream sstream stack stacktrace stdexcept
        stop_token streambuf string string_view syncstream system_error thread tuple type_traits typeindex typeinfo
        unordered_map unordered_set utility valarray variant vector version
        cassert cctype cerrno cfenv cfloat cinttypes climits clocale cmath csetjmp csignal cstdarg cstddef cstdint
        cstdio cstdlib cstring ctime cuchar cwchar cwctype
        assert.h ctype.h errno.h fenv.h float.h inttypes.h limits.h locale.h math.h setjmp.h signal.h stdarg.h stddef.h
        stdint.h stdio.h stdlib.h string.h time.h wchar.h wctype.h
        ext/pb_ds/assoc_container.hpp ext/pb_ds/tree_policy.hpp
        """.split { $0 == " " || $0 == "\n" }.map(String.init)
    )
}
