import Glibc
import JailProtocol
import Testing

@testable import Sandbox

@Suite("Cancelled runs")
struct CancellationTests {
    private static let request = JailRequest(
        image: "python/current",
        executable: .path("/bin/true"),
        arguments: ["true"],
        outputCap: 1,
        limits: .test
    )

    @Test("a run that is cancelled before it is sent does not reach its slot") func early() async throws {
        var ends: [Int32] = [-1, -1]
        #expect(socketpair(AF_UNIX, Int32(SOCK_SEQPACKET.rawValue), 0, &ends) == 0)
        defer { for end in ends { close(end) } }
        let slot = Slot(connection: ends[0], artefacts: ArtefactFolder(owning: -1))
        let cancellation = RunCancellation()
        slot.cancel(cancellation)
        let reader = try SlotReader()
        let (result, ending) = await slot.run(Self.request, cancellation: cancellation, reader: reader)
        await reader.stop()
        #expect(ending == nil)
        guard case .failure(.cancelled) = result else {
            Issue.record("\(result)")
            return
        }
        var byte: UInt8 = 0
        #expect(recv(ends[1], &byte, 1, Int32(MSG_DONTWAIT)) == -1 && errno == EAGAIN)
    }

    @Test("a run that is cancelled after it was sent is told of") func late() {
        let cancellation = RunCancellation()
        #expect(cancellation.unlessCancelled { 7 } == 7)
        #expect(cancellation.cancel())
    }

    @Test("a slot that ended after its last answer is lost to the next run, with its reason", arguments: [false, true])
    func gone(isRunUnread: Bool) async throws {
        var ends: [Int32] = [-1, -1]
        #expect(socketpair(AF_UNIX, Int32(SOCK_SEQPACKET.rawValue), 0, &ends) == 0)
        defer { close(ends[0]) }
        let reason = JailFailure(stage: "clear group", errno: EBUSY)
        let word = JailerMessage.ending(SlotEnding(slot: 3, reason: reason, isRetired: true)).encoded()
        #expect(send(ends[1], word, word.count, 0) == word.count)
        // With a message in it that nobody read, the end is told before what was sent.
        if isRunUnread { #expect(send(ends[0], word, word.count, 0) == word.count) }
        close(ends[1])
        let reader = try SlotReader()
        let slot = Slot(connection: ends[0], artefacts: ArtefactFolder(owning: -1))
        let (result, ending) = await slot.run(Self.request, cancellation: RunCancellation(), reader: reader)
        await reader.stop()
        #expect(ending == SlotEnding(slot: 3, reason: reason, isRetired: true))
        guard case .failure(.slotLost) = result else {
            Issue.record("\(result)")
            return
        }
    }
}
