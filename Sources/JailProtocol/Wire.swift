/// A message that cannot be read: which field, and why.
public struct WireError: Error, Sendable, Hashable, CustomStringConvertible {
    public var field: String
    public var reason: String

    public init(field: String, reason: String) {
        self.field = field
        self.reason = reason
    }

    public var description: String { "jail message, \(field): \(reason)" }
}

/// Writes fields in order: integers little-endian, texts and lists with a 32-bit count before them.
struct WireWriter {
    private(set) var bytes: [UInt8] = []

    mutating func integer<Number: FixedWidthInteger>(_ value: Number) {
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }

    mutating func flag(_ value: Bool) { bytes.append(value ? 1 : 0) }

    mutating func text(_ value: String) {
        integer(UInt32(value.utf8.count))
        bytes.append(contentsOf: value.utf8)
    }

    mutating func list<Element>(_ elements: [Element], _ write: (inout WireWriter, Element) -> Void) {
        integer(UInt32(elements.count))
        for element in elements { write(&self, element) }
    }

    mutating func optional<Wrapped>(_ value: Wrapped?, _ write: (inout WireWriter, Wrapped) -> Void) {
        flag(value != nil)
        if let value { write(&self, value) }
    }
}

/// Reads what `WireWriter` wrote.
///
/// Every read is checked against the end; nothing is ever assumed.
struct WireReader {
    private let bytes: [UInt8]
    private var offset = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    mutating func integer<Number: FixedWidthInteger>(
        _ field: String,
        as type: Number.Type = Number.self
    ) throws(WireError) -> Number {
        let size = MemoryLayout<Number>.size
        guard bytes.count - offset >= size else { throw WireError(field: field, reason: "message ends early") }
        var value: Number = 0
        for index in (0..<size).reversed() {
            value = (size == 1 ? 0 : value << 8) | Number(truncatingIfNeeded: bytes[offset + index])
        }
        offset += size
        return value
    }

    mutating func flag(_ field: String) throws(WireError) -> Bool {
        switch try integer(field, as: UInt8.self) {
        case 0: return false
        case 1: return true
        default: throw WireError(field: field, reason: "neither 0 nor 1")
        }
    }

    mutating func text(_ field: String) throws(WireError) -> String {
        let count = Int(try integer(field, as: UInt32.self))
        guard bytes.count - offset >= count else { throw WireError(field: field, reason: "message ends early") }
        let slice = bytes[offset..<offset + count]
        guard !slice.contains(0) else { throw WireError(field: field, reason: "holds a NUL") }
        guard let text = String(validating: slice, as: UTF8.self) else {
            throw WireError(field: field, reason: "not UTF-8")
        }
        offset += count
        return text
    }

    mutating func list<Element>(
        _ field: String,
        _ read: (inout WireReader) throws(WireError) -> Element
    ) throws(WireError) -> [Element] {
        let count = Int(try integer(field, as: UInt32.self))
        guard count <= bytes.count - offset else {
            throw WireError(field: field, reason: "count \(count) is too large")
        }
        var elements: [Element] = []
        elements.reserveCapacity(count)
        for _ in 0..<count { elements.append(try read(&self)) }
        return elements
    }

    mutating func optional<Wrapped>(
        _ field: String,
        _ read: (inout WireReader) throws(WireError) -> Wrapped
    ) throws(WireError) -> Wrapped? {
        try flag(field) ? try read(&self) : nil
    }

    /// What has not been read.
    func rest() -> [UInt8] { Array(bytes[offset...]) }

    func finish() throws(WireError) {
        guard offset == bytes.count else {
            throw WireError(field: "end", reason: "\(bytes.count - offset) bytes too many")
        }
    }
}
