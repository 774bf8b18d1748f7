import FuzzSupport
import JailProtocol

/// Messages between service, jailer and init: what can be read is written back byte for byte.
@main enum Main {
    static func main() { runFuzzer(fuzz) }
}

private func fuzz(_ input: FuzzInput) {
    var input = input
    let kind = input.byte()
    let descriptorCount = Int(input.byte())
    let bytes = input.rest
    switch kind % 4 {
    case 0:
        guard let spec = try? JailSpec(decoding: bytes, descriptorCount: descriptorCount) else { break }
        require(spec.encoded() == bytes, "a spec is written as it was read")
        require(!spec.arguments.isEmpty && !spec.image.hasPrefix("/"), "a spec is checked")
        for file in spec.files {
            require(!file.path.split(separator: "/").contains(".."), "a file stays in its folder")
            require(file.descriptor < descriptorCount, "a file has a descriptor")
        }
    case 1:
        guard let message = try? JailerMessage(decoding: bytes) else { break }
        require(message.encoded() == bytes, "a jailer's message is written as it was read")
    case 2:
        guard let message = try? InitMessage(decoding: bytes) else { break }
        let written = message.encoded()
        if case .failure = message {
            require(bytes.count > InitMessage.maximumSize || written == bytes, "a failure is written as it was read")
        } else {
            require(written == bytes, "an init's message is written as it was read")
        }
    default:
        let failure = JailFailure(stage: "execute", errno: 2, detail: String(decoding: bytes, as: UTF8.self))
        let written = InitMessage.failure(failure).encoded()
        require(written.count <= InitMessage.maximumSize, "an init's message is one write")
        require((try? InitMessage(decoding: written)) != nil || bytes.contains(0), "a cut message can be read")
    }
}
