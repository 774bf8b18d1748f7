// What each kind of program begins with, and what generators are asked for and write. Part of testlib.h, which includes it.

#pragma once

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
