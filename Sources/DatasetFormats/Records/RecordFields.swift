import BigInt
import GradingModel

/// The fields of a record, or of an object in it, read with faults that name them.
struct RecordFields {
    let value: Value
    /// The way from the record to these fields, with a `.` at its end.
    private let path: String

    init(_ value: Value, at path: String = "") {
        self.value = value
        self.path = path
    }

    func place(_ key: String) -> String { path + key }

    /// A field that is there and not null.
    func present(_ key: String) -> Value? { value.present(key) }

    func fault(_ key: String, _ reason: String) -> RecordFault { RecordFault(field: place(key), reason: reason) }

    /// The text of the first of the fields that is there.
    func text(_ keys: String...) throws(RecordFault) -> ByteString? {
        for key in keys {
            guard let value = present(key) else { continue }
            guard let text = value.stringValue else {
                throw fault(key, "is \(value.kindPhrase), where text is due")
            }
            return text
        }
        return nil
    }

    /// The first of the fields that is there: text, or a whole number.
    ///
    /// Where other rows have none, pandas makes `7.0` of a 7, and NaN of none.
    func identifier(_ keys: String...) throws(RecordFault) -> String? {
        for key in keys {
            guard let value = present(key) else { continue }
            switch value {
            case .string(let text): if !text.isEmpty { return text.text }
            case .integer(let number): return number.description
            case .float(let number) where number.isNaN: continue
            case .float(let number):
                guard let whole = Int(exactly: number) else { fallthrough }
                return String(whole)
            default: throw fault(key, "is \(value.kindPhrase), where text or a whole number is due")
            }
        }
        return nil
    }

    /// A number; NaN is how pandas writes null.
    func number(_ key: String) throws(RecordFault) -> Double? {
        guard let value = present(key) else { return nil }
        if let number = value.doubleValue { return number.isNaN ? nil : number }
        if case .bool(let holds) = value { return holds ? 1 : 0 }
        throw fault(key, "is \(value.kindPhrase), where a number is due")
    }

    /// An object, or its text as JSON or Python literal; empty text is none.
    func object(_ key: String) throws(RecordFault) -> RecordFields? {
        guard let value = try decoded(key) else { return nil }
        guard value.mapValue != nil else { throw fault(key, "is \(value.kindPhrase), where an object is due") }
        return RecordFields(value, at: "\(path)\(key).")
    }

    /// A value, or what its text holds; empty text is none.
    func decoded(_ key: String) throws(RecordFault) -> Value? {
        guard var value = present(key) else { return nil }
        if case .float(let number) = value, number.isNaN { return nil }
        var level = 0
        while let text = value.stringValue {
            if text.bytes.allSatisfy({ $0 <= 0x20 }) { return nil }
            guard level < 4 else { throw fault(key, "is text in text in text") }
            level += 1
            do throws(UndecodableTests) {
                value = try LiteralText.parse(text, at: place(key))
            } catch {
                throw fault(key, error.reason.withoutPrefix("\(place(key)) "))
            }
        }
        return value.isNull ? nil : value
    }

    /// A language by any of its names.
    func language(_ key: String) throws(RecordFault) -> Language? {
        guard let name = try text(key) else { return nil }
        guard let language = Language(name: name.text) ?? Language(judgeName: name.text) else {
            throw fault(key, "\(Value.string(name).excerpt) is no language here; there are \(Language.listed)")
        }
        return language
    }
}

extension String {
    func withoutPrefix(_ prefix: String) -> String { hasPrefix(prefix) ? String(dropFirst(prefix.count)) : self }
}

extension Language {
    static let listed = allCases.map(\.rawValue).joined(separator: ", ")

    /// The language of a compiler as judges name it: `PyPy 3-64`, `GNU C++17`, `Rust 2021`, `Node.js`.
    init?(judgeName name: String) {
        let name = name.lowercased()
        if name.hasPrefix("pypy") || name.hasPrefix("python") || name.hasPrefix("cpython") {
            self = .python
        } else if name.contains("c++") || name.hasPrefix("g++") || name.hasPrefix("clang++") {
            self = .cpp
        } else if name.hasPrefix("rust") {
            self = .rust
        } else if name.hasPrefix("node.js") || name.hasPrefix("javascript") {
            self = .javascript
        } else {
            return nil
        }
    }
}
