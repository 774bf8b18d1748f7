import Synchronization

/// The runs of one submission, as far as their turn at the slots goes.
public final class SlotLane: Sendable {
    struct Account {
        /// The time that its runs had slots for, those that are over.
        var used = Duration.zero
        var runs = 0
        /// Runs that have a slot now.
        var underWay = 0
        /// What is added to the time for the order among long lanes; `nil`: it is not long yet.
        var handicap: Duration?

        /// What decides among long lanes: each run that is under way counts as long as the others were.
        var standing: Duration { used + (handicap ?? .zero) + (runs > 0 ? used / runs * underWay : .zero) }
    }

    /// Where it stands among all lanes: the order in which they were made.
    let number: UInt64
    private let account = Mutex(Account())
    private static let count = Atomic<UInt64>(0)

    public init() { number = Self.count.wrappingAdd(1, ordering: .relaxed).newValue }

    /// Reads and changes what the lane had so far.
    func withAccount<Output>(_ body: (inout Account) -> Output) -> Output {
        account.withLock { account in body(&account) }
    }

    /// A run of the lane is over, which had a slot for this time.
    func charge(_ time: Duration) {
        withAccount {
            $0.used += time
            $0.runs += 1
            $0.underWay -= 1
        }
    }
}

/// Who waits for a slot, and whose turn it is.
///
/// Lanes that had slots for less than `allowance` are short: they are served in the order in which they were made, all
/// runs of one before those of the next, so that a queue of short submissions is worked off first come first served.
/// Long ones share the rest: in turn the one that had the least since it is long, and the one that was made first. While
/// both wait, every fourth turn is a long one's: the many tests of a long submission don't hold back short ones, and it
/// ends however many of those come, and of other long ones.
struct SlotQueue<Waiter> {
    private struct Entry {
        var id: UInt64
        var lane: SlotLane
        var waiter: Waiter
    }

    /// The slot time up to which a lane is short.
    static var allowance: Duration { .seconds(4) }
    /// Turns of short lanes, while long ones wait, before one of a long one.
    static var turnsOfShort: Int { 3 }

    private var entries: [Entry] = []
    private var turns = 0
    private var isTurnOfOldest = false
    /// Where the long lane stood that had the last turn as the one with the least.
    ///
    /// One that becomes long starts from here: what it had before does not count, nor does it have all turns until it has
    /// caught up with those that were long before.
    private var level = Duration.zero

    var isEmpty: Bool { entries.isEmpty }

    mutating func append(_ waiter: Waiter, id: UInt64, lane: SlotLane) {
        entries.append(Entry(id: id, lane: lane, waiter: waiter))
    }

    /// Takes out one that waits no more.
    mutating func remove(_ id: UInt64) -> Waiter? {
        entries.firstIndex { $0.id == id }.map { entries.remove(at: $0).waiter }
    }

    mutating func removeAll() -> [Waiter] {
        defer { entries = [] }
        return entries.map(\.waiter)
    }

    /// Takes out the one whose turn it is; its lane has a run under way from now on.
    mutating func next() -> Waiter? {
        var short: (index: Int, number: UInt64)?
        var oldest: (index: Int, number: UInt64)?
        var least: (index: Int, standing: Duration)?
        for (index, entry) in entries.enumerated() {
            let number = entry.lane.number
            if let standing = standing(of: entry.lane) {
                if oldest.map({ number < $0.number }) ?? true { oldest = (index, number) }
                if least.map({ standing < $0.standing }) ?? true { least = (index, standing) }
            } else if short.map({ number < $0.number }) ?? true {
                short = (index, number)
            }
        }
        if let oldest, let least, short == nil || turns >= Self.turnsOfShort {
            turns = 0
            defer { isTurnOfOldest.toggle() }
            if isTurnOfOldest { return take(oldest.index) }
            level = max(level, least.standing)
            return take(least.index)
        }
        guard let short else { return nil }
        turns = oldest == nil ? 0 : turns + 1
        return take(short.index)
    }

    /// Where a long lane stands; `nil` where it is short.
    private func standing(of lane: SlotLane) -> Duration? {
        lane.withAccount { account in
            guard account.used >= Self.allowance else { return nil }
            account.handicap = account.handicap ?? level - account.used
            return account.standing
        }
    }

    private mutating func take(_ index: Int) -> Waiter {
        let entry = entries.remove(at: index)
        entry.lane.withAccount { $0.underWay += 1 }
        return entry.waiter
    }
}
