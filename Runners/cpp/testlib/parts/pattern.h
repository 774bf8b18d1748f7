// Patterns of whole texts. Part of testlib.h, which includes it.

#pragma once

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
