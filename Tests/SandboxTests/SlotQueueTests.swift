import Testing

@testable import Sandbox

@Suite("Whose turn at the slots it is") struct SlotQueueTests {
    /// Lanes with the time that they had, and a queue of runs that are named by lane and number.
    private struct Fixture {
        var queue = SlotQueue<String>()
        var lanes: [String: SlotLane] = [:]
        private var id: UInt64 = 0

        init(_ used: [(String, Duration)]) {
            for (name, time) in used {
                let lane = SlotLane()
                lane.withAccount {
                    $0.used = time
                    $0.runs = time == .zero ? 0 : 1
                }
                lanes[name] = lane
            }
        }

        mutating func wait(_ name: String, _ count: Int = 1) throws {
            let lane = try #require(lanes[name])
            for _ in 0..<count {
                id += 1
                queue.append(name, id: id, lane: lane)
            }
        }

        /// Who has the next turns, each run taking this long.
        mutating func turns(_ count: Int, taking time: Duration = .milliseconds(1)) -> String {
            var order = ""
            for _ in 0..<count {
                guard let name = queue.next() else { return order + "." }
                lanes[name]?.charge(time)
                order += name
            }
            return order
        }
    }

    @Test("Short submissions are served first come first served, all runs of one before the next")
    func order() throws {
        var fixture = Fixture([("a", .zero), ("b", .zero), ("c", .zero)])
        try fixture.wait("b", 2)
        try fixture.wait("a", 3)
        try fixture.wait("c")
        try fixture.wait("a")
        #expect(fixture.turns(8) == "aaaabbc.")
    }

    @Test("A long submission gives way, and has every fourth turn")
    func longOne() throws {
        var fixture = Fixture([("L", .seconds(60)), ("s", .zero)])
        try fixture.wait("L", 4)
        try fixture.wait("s", 7)
        #expect(fixture.turns(12) == "sssLsssLsLL.")
    }

    @Test("A submission is long as soon as it had slots for four seconds")
    func becomesLong() throws {
        var fixture = Fixture([("a", .zero), ("b", .zero)])
        try fixture.wait("a", 6)
        try fixture.wait("b", 2)
        #expect(fixture.turns(8, taking: .milliseconds(1400)) == "aaabbaaa")
    }

    @Test("Long ones share: every other turn is the first one's, the rest are of those that had the least")
    func sharing() throws {
        var fixture = Fixture([("A", .seconds(100)), ("B", .seconds(50)), ("C", .seconds(5))])
        try fixture.wait("C", 3)
        try fixture.wait("B", 3)
        try fixture.wait("A", 3)
        // What they had before they were long is all the same.
        #expect(fixture.turns(9, taking: .seconds(1)) == "CABACABBC")
    }

    @Test("A long one has turns however many others become long")
    func noStarvation() throws {
        var fixture = Fixture([("A", .seconds(100))] + (0..<40).map { (String($0), .seconds(5)) })
        try fixture.wait("A", 3)
        var last = 0
        for number in 0..<40 {
            try fixture.wait(String(number))
            if fixture.turns(1, taking: .seconds(9)) == "A" { last = number }
        }
        #expect((1..<10).contains(last))
    }

    @Test("Runs that are under way count: one submission does not take all slots of long ones")
    func underWay() throws {
        var fixture = Fixture([("A", .seconds(10)), ("B", .seconds(11))])
        try fixture.wait("B", 3)
        try fixture.wait("A", 3)
        // Slots are free at the same time; nothing was charged yet.
        let turns = (0..<4).map { _ in fixture.queue.next() }
        #expect(turns == ["B", "A", "A", "A"] || turns == ["B", "A", "B", "A"])
    }

    @Test("What waits no more has no turn")
    func removal() throws {
        var fixture = Fixture([("a", .zero), ("b", .zero)])
        try fixture.wait("a")
        try fixture.wait("b")
        #expect(fixture.queue.remove(1) == "a")
        #expect(fixture.queue.remove(1) == nil)
        #expect(fixture.turns(2) == "b.")
        try fixture.wait("a", 2)
        #expect(fixture.queue.removeAll().count == 2)
        #expect(fixture.queue.isEmpty)
    }
}
