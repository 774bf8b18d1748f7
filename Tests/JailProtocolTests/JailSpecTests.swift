import JailProtocol
import Testing

@Suite("Jail messages") struct JailSpecTests {
    static let limits = JailLimits(
        cpuMicroseconds: 1_500_000,
        wallMicroseconds: 8_000_000,
        memoryBytes: 256 << 20,
        processes: 64,
        fileSizeBytes: 64 << 20,
        stackBytes: 256 << 20
    )

    static let full = JailSpec(
        image: "python/3f2a",
        executable: .descriptor(4),
        arguments: ["./main", "a b", "ü"],
        environment: ["PATH=/usr/bin", "EMPTY="],
        files: [
            .init(path: "lib/main.py", descriptor: 0, isExecutable: false),
            .init(path: "run", descriptor: 1, isExecutable: true),
        ],
        inputs: [.init(target: 0, descriptor: 2), .init(target: 3, descriptor: 3)],
        outputs: [.init(target: 1, descriptor: 5, capBytes: 1 << 40), .init(target: 4, descriptor: 6, capBytes: 0)],
        links: [.init(target: 2, descriptor: 8)],
        artefact: .init(path: "main", descriptor: 7, capBytes: 9),
        limits: limits
    )

    @Test("a spec survives the way through bytes") func roundTrip() throws {
        #expect(try JailSpec(decoding: Self.full.encoded(), descriptorCount: 9) == Self.full)
        let plain = JailSpec(
            image: "cpp/1",
            executable: .path("/bin/true"),
            arguments: ["true"],
            environment: [],
            limits: Self.limits
        )
        #expect(try JailSpec(decoding: plain.encoded(), descriptorCount: 0) == plain)
    }

    @Test("a spec that was cut anywhere is refused") func cut() {
        let bytes = Self.full.encoded()
        for end in 0..<bytes.count {
            #expect(throws: WireError.self) { try JailSpec(decoding: Array(bytes[..<end]), descriptorCount: 9) }
        }
        #expect(throws: WireError.self) { try JailSpec(decoding: bytes + [0], descriptorCount: 9) }
    }

    @Test("a spec with any byte changed is refused or reads as some valid spec, and never traps")
    func flipped() {
        let bytes = Self.full.encoded()
        var refused = 0
        for index in bytes.indices {
            for value: UInt8 in [0, 1, 0x7f, 0xff] {
                var changed = bytes
                changed[index] = value
                do {
                    let spec = try JailSpec(decoding: changed, descriptorCount: 9)
                    #expect(!spec.arguments.isEmpty)
                } catch {
                    refused += 1
                }
            }
        }
        #expect(refused > bytes.count)
    }

    @Test(
        "a path that could leave its folder is refused",
        arguments: ["", "/etc/passwd", "..", "a/../b", "./a", "a//b", "a/", "a/."]
    )
    func paths(path: String) {
        var spec = Self.full
        spec.files[0].path = path
        #expect(throws: WireError.self) { try JailSpec(decoding: spec.encoded(), descriptorCount: 9) }
        spec = Self.full
        spec.image = path
        #expect(throws: WireError.self) { try JailSpec(decoding: spec.encoded(), descriptorCount: 9) }
        spec = Self.full
        spec.artefact?.path = path
        #expect(throws: WireError.self) { try JailSpec(decoding: spec.encoded(), descriptorCount: 9) }
    }

    @Test("a descriptor that was not passed is refused") func indexes() {
        for count in 0..<8 {
            #expect(throws: WireError.self) { try JailSpec(decoding: Self.full.encoded(), descriptorCount: count) }
        }
    }

    @Test("a target that is there twice or too large is refused") func targets() {
        for target: UInt32 in [0, 1, 3, 16, .max] {
            var spec = Self.full
            spec.outputs[1].target = target
            #expect(throws: WireError.self) { try JailSpec(decoding: spec.encoded(), descriptorCount: 9) }
        }
    }

    @Test("limits of zero are refused: there is no unlimited") func limits() {
        for path in [\JailLimits.cpuMicroseconds, \.wallMicroseconds, \.memoryBytes] {
            var spec = Self.full
            spec.limits[keyPath: path] = 0
            #expect(throws: WireError.self) { try JailSpec(decoding: spec.encoded(), descriptorCount: 9) }
        }
    }

    @Test("no spec is as short as a command") func commandsApart() {
        #expect(Self.full.encoded().count > 1)
    }

    static let reports: [JailerMessage] = [
        .ready,
        .hello(
            cgroup: "v1",
            kernel: "6.18",
            checks: [
                HostCheck(name: "a", passed: false, detail: "b", remedy: "c"),
                HostCheck(name: "d", passed: true, detail: ""),
            ]
        ),
        .failure(JailFailure(stage: "mount /proc", errno: 1, detail: "x")),
        .ending(
            SlotEnding(slot: 7, reason: JailFailure(stage: "clear group", errno: 16, detail: "y"), isRetired: true)
        ),
        .report(
            JailReport(
                ending: .signaled(11),
                kill: .wallTime,
                cpuMicroseconds: 1,
                wallMicroseconds: .max,
                memoryPeakBytes: 3,
                oomKills: 4,
                outputs: [.init(target: 1, bytes: 7, isTruncated: true)],
                artefact: .missing(errno: 40)
            )
        ),
        .report(
            JailReport(
                ending: .exited(-1),
                kill: nil,
                cpuMicroseconds: 0,
                wallMicroseconds: 0,
                memoryPeakBytes: 0,
                oomKills: 0,
                outputs: [],
                artefact: .copied(bytes: 12)
            )
        ),
        .report(
            JailReport(
                ending: .notExecuted(8),
                kill: .memory,
                cpuMicroseconds: 0,
                wallMicroseconds: 0,
                memoryPeakBytes: 0,
                oomKills: 1,
                outputs: [],
                artefact: .notAsked
            )
        ),
    ]

    @Test("what the jailer says survives the way through bytes", arguments: reports)
    func messages(message: JailerMessage) throws {
        let bytes = message.encoded()
        #expect(try JailerMessage(decoding: bytes) == message)
        for end in 0..<bytes.count {
            #expect(throws: WireError.self) { try JailerMessage(decoding: Array(bytes[..<end])) }
        }
    }

    @Test("what the init says fits a pipe's atomic write, however many bytes its characters have")
    func longCharacters() throws {
        let accents = String(repeating: "e" + String(repeating: "\u{301}", count: 50), count: 200)
        let bytes = InitMessage.failure(JailFailure(stage: accents, errno: 2, detail: accents)).encoded()
        #expect(bytes.count <= InitMessage.maximumSize)
        guard case .failure(let failure) = try InitMessage(decoding: bytes) else {
            Issue.record("no failure")
            return
        }
        #expect(failure.errno == 2)
        #expect(failure.detail.unicodeScalars.starts(with: accents.unicodeScalars.prefix(99)))
    }

    @Test(
        "what the init says survives the way through bytes and fits a pipe's atomic write",
        arguments: [
            InitMessage.starting(cpuMicroseconds: 812, at: 5),
            .began(error: 0, step: "", cpuMicroseconds: 812, at: 5),
            .began(error: 13, step: "dup", cpuMicroseconds: 0, at: 5),
            .ended(.exited(3), .copied(bytes: 5), at: 9, isAlone: true, hasCrashed: false),
            .denied(call: 101, count: 4),
            .failure(JailFailure(stage: "mount /work", errno: 12, detail: String(repeating: "x", count: 5000))),
        ]
    )
    func initMessages(message: InitMessage) throws {
        let bytes = message.encoded()
        #expect(bytes.count <= InitMessage.maximumSize)
        let read = try InitMessage(decoding: bytes)
        if case .failure(let failure) = message {
            #expect(
                read
                    == .failure(
                        JailFailure(
                            stage: failure.stage,
                            errno: failure.errno,
                            detail: String(failure.detail.prefix(200))
                        )
                    )
            )
        } else {
            #expect(read == message)
        }
    }
}
