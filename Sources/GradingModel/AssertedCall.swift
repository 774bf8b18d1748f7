/// An assertion of one call, taken apart: the call enters the jail, what is expected of its value does not.
public struct AssertedCall: Sendable, Hashable {
    /// What the assertion says of the value, in the equality of its language.
    public enum Expectation: Sendable, Hashable {
        /// Python's `==`.
        case pythonEqual(ExactValue)
        /// Python's `is`, of `None`, `True` and `False`.
        case identical(ExactValue)
        /// That it counts as true in Python, or that it does not.
        case truth(Bool)
        /// `Object.is`: JavaScript's `assert.strictEqual`, of what is no object.
        case sameValue(ExactValue)
        /// JavaScript's `===`, of what is no object.
        case strictlyEqual(ExactValue)
        /// `assert.deepStrictEqual`.
        case deepStrictlyEqual(ExactValue)
        /// `==` of C++ and Rust, where the compiler has seen to the types.
        case typed(ExactValue)
    }

    /// The call as it stands in the test's source; where it is to be true, or not, as an expression that says so.
    public var call: ByteString
    /// In C++ and Rust: the assertion with `assay_value` for the call and with other literals of the same types.
    ///
    /// It is compiled and never runs, so that what would not compile does not.
    public var typeCheck: ByteString?
    public var expectation: Expectation
    /// What the trace says if it does not hold.
    public var message: String

    public init(call: ByteString, typeCheck: ByteString? = nil, expectation: Expectation, message: String) {
        self.call = call
        self.typeCheck = typeCheck
        self.expectation = expectation
        self.message = message
    }
}
