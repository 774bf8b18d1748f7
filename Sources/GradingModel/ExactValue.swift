public import BigInt

/// A value with all that a language's own equality looks at: tuples are no lists, nothing is not `undefined`.
///
/// What `Value` is to a comparison that forgives, this is to an assertion.
public indirect enum ExactValue: Hashable, Sendable {
    /// Python's `None`, JavaScript's `null`, Rust's `None`, the empty `std::optional`.
    case none
    /// JavaScript's `undefined`.
    case undefined
    case bool(Bool)
    /// An integer; in JavaScript a BigInt, since its plain numbers are floats.
    case integer(BigInt)
    /// An unsigned integer of C++ that is at least as wide as `int`, with its bits: against a negative one it wraps.
    case unsigned(BigInt, bits: Int)
    case float(Double)
    /// Rust's `f32`.
    case single(Float)
    case string(ByteString)
    /// Python's `bytes`.
    case bytes([UInt8])
    /// Lists, arrays, vectors; tuples where the language's types tell them apart by themselves.
    case list([ExactValue])
    /// Python's tuple.
    case tuple([ExactValue])
    case set([ExactValue])
    case map([Entry])
    /// A value that equals no literal: the name of its type, and whether it counts as true.
    case other(type: String, isTrue: Bool)

    public struct Entry: Hashable, Sendable {
        public var key: ExactValue
        public var value: ExactValue

        public init(key: ExactValue, value: ExactValue) {
            self.key = key
            self.value = value
        }
    }

    /// Reads a runner's JSON, in which each object is a tag with one content (see the runners' READMEs).
    ///
    /// `nil` for what is none.
    public init?(wire: Value) {
        switch wire {
        case .null: self = .none
        case .bool(let value): self = .bool(value)
        case .integer(let value): self = .integer(value)
        case .float(let value): self = .float(value)
        case .string(let value): self = .string(value)
        case .list(let elements):
            guard let elements = Self.values(elements) else { return nil }
            self = .list(elements)
        case .map(let entries):
            guard entries.count == 1, let tag = entries[0].key.textValue,
                let value = Self.tagged(tag, entries[0].value)
            else { return nil }
            self = value
        case .set: return nil
        }
    }

    private static func tagged(_ tag: String, _ content: Value) -> ExactValue? {
        switch (tag, content) {
        case ("$float", "nan"): return .float(.nan)
        case ("$float", "inf"): return .float(.infinity)
        case ("$float", "-inf"): return .float(-.infinity)
        case ("$undefined", .null): return .undefined
        case ("$single", _):
            guard case .float(let value)? = ExactValue(wire: content) else { return nil }
            return .single(Float(value))
        case ("$unsigned", .list(let parts)):
            guard parts.count == 2, let bits = parts[0].intValue, let value = parts[1].integerValue else { return nil }
            return [32, 64, 128].contains(bits) ? .unsigned(value, bits: bits) : nil
        case ("$bytes", .list(let elements)):
            let bytes = elements.compactMap { $0.intValue.flatMap(UInt8.init(exactly:)) }
            return bytes.count == elements.count ? .bytes(bytes) : nil
        case ("$tuple", .list(let elements)): return values(elements).map(ExactValue.tuple)
        case ("$set", .list(let elements)): return values(elements).map(ExactValue.set)
        case ("$map", .list(let pairs)):
            var entries: [Entry] = []
            for pair in pairs {
                guard let pair = pair.listValue.flatMap(values), pair.count == 2 else { return nil }
                entries.append(Entry(key: pair[0], value: pair[1]))
            }
            return .map(entries)
        case ("$other", .list(let parts)):
            guard parts.count == 2, let type = parts[0].stringValue, let isTrue = parts[1].boolValue else { return nil }
            return .other(type: type.text, isTrue: isTrue)
        default: return nil
        }
    }

    private static func values(_ elements: [Value]) -> [ExactValue]? {
        let values = elements.compactMap(ExactValue.init(wire:))
        return values.count == elements.count ? values : nil
    }

    /// The value as a trace shows it, without what `Value` cannot say.
    public var value: Value {
        switch self {
        case .none, .undefined: .null
        case .bool(let value): .bool(value)
        case .integer(let value), .unsigned(let value, _): .integer(value)
        case .float(let value): .float(value)
        case .single(let value): .float(Double("\(value)") ?? Double(value))
        case .string(let value): .string(value)
        case .bytes(let bytes): .string(ByteString(bytes: bytes))
        case .list(let elements), .tuple(let elements): .list(elements.map(\.value))
        case .set(let elements): .set(elements.map(\.value))
        case .map(let entries): .map(entries.map { MapEntry(key: $0.key.value, value: $0.value.value) })
        case .other(let type, _): Value("<\(type)>")
        }
    }

    /// What kind of value this is, for messages.
    public var kindName: String {
        switch self {
        case .none: "nothing"
        case .undefined: "undefined"
        case .bool: "a boolean"
        case .integer, .unsigned: "an integer"
        case .float, .single: "a float"
        case .string: "a string"
        case .bytes: "bytes"
        case .list: "a list"
        case .tuple: "a tuple"
        case .set: "a set"
        case .map: "a map"
        case .other(let type, _): "a value of type \(type)"
        }
    }
}
