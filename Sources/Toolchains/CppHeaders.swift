/// The headers that the image of C++ holds compiled, and the ones that they may be put before.
enum CppHeaders {
    /// One of them: the folder that comes first in the search for headers, and its name as in `#include`.
    struct Header: Hashable {
        var folder: String
        var name: String
    }

    /// See `Runners/cpp/install.sh`.
    static let folder = "/usr/lib/assay/precompiled"
    /// Has a `<bits/stdc++.h>` without `<chrono>` and `<format>`, whose templates each compilation makes anew: half of what
    /// compiling a small program takes.
    static let lightFolder = folder + "/light"

    private static let (all, iostream) = ("bits/stdc++.h", "iostream")

    /// The one that a compilation can begin with, without a change of meaning.
    ///
    /// - Parameters:
    ///   - scans: All sources of the compilation; the first is the submission.
    ///   - behindPrelude: The submission stands behind `<bits/stdc++.h>` anyway.
    /// - Returns: `nil` where there is none.
    static func precompiled(for scans: [CppScan], behindPrelude: Bool) -> Header? {
        // Up to the first that is not the library's own: behind that, a header may mean something else.
        let known = (scans.first?.leadingHeaders ?? []).prefix { standard.contains($0) }
        if behindPrelude || known.contains(all) {
            let isWhole = scans.contains(where: \.mayNameChronoOrFormat)
            return Header(folder: isWhole ? folder : lightFolder, name: all)
        }
        return known.contains(iostream) ? Header(folder: folder, name: iostream) : nil
    }

    /// The headers of the standard library, the C ones and GCC's `<bits/stdc++.h>` among them.
    private static let standard: Set<String> = Set([all, iostream]).union(
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
