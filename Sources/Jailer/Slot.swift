import CJail
import Glibc
import JailProtocol
import LinuxSystem

/// A process that serves one run after another on one connection, in jails that come from its templates.
///
/// Forked from the keeper. It ends when the service closes the connection, or when it cannot vouch for a clean group
/// any more; the keeper then starts another where the service asks for it. Exit status 0 says that nothing of it is left,
/// and that its index can be used again.
final class Slot {
    private let configuration: JailerConfiguration
    private let index: UInt32
    private let connection: Int32
    private let filters: JailFilters
    private let hierarchy: CgroupHierarchy
    /// By image; each has one.
    private var templates: [String: Template] = [:]
    private let pipes: RunPipes
    /// The image whose template has a jail ready: one at a time is in the group.
    private var prepared: String?

    init(
        configuration: JailerConfiguration,
        index: UInt32,
        connection: Int32,
        filters: JailFilters,
        hierarchy: CgroupHierarchy
    ) {
        self.configuration = configuration
        self.index = index
        self.connection = connection
        self.filters = filters
        self.hierarchy = hierarchy
        pipes = RunPipes(program: Namespaces.programHostID(slot: index, base: configuration.idBase))
    }

    func serve() -> Never {
        do throws(SyscallError) {
            try loop(try makeGroup())
            _exit(0)
        } catch {
            send(.failure(JailFailure(stage: "slot: \(error.call)", errno: error.errno, detail: error.object)))
            _exit(removesGroups() ? 0 : 1)
        }
    }

    private var name: String { Self.name(index) }

    /// What a slot's groups are called.
    static func name(_ index: UInt32) -> String { "slot-\(index)" }

    private func makeGroup() throws(SyscallError) -> any Cgroup {
        switch hierarchy {
        case .v1(let folders): return try CgroupV1(folders: folders.appending(name))
        case .v2(let folder):
            let owner = Namespaces.rootHostID(slot: index, base: configuration.idBase)
            return try CgroupV2(folder: folder + "/" + name, owner: owner)
        }
    }

    /// Whether no group of this slot is left after a failure outside of a run.
    private func removesGroups() -> Bool {
        for template in templates.values { template.stop() }
        let folders =
            switch hierarchy {
            case .v1(let folders): folders.appending(name).all
            case .v2(let folder): [folder + "/" + name]
            }
        for folder in folders { CgroupTree.remove(folder) }
        return folders.allSatisfy { access($0, F_OK) != 0 }
    }

    private func loop(_ group: any Cgroup) throws(SyscallError) {
        send(.ready)
        var buffer = [UInt8](repeating: 0, count: JailSpec.maximumSize)
        while true {
            beginEarly(in: group)
            var descriptors = [Int32](repeating: -1, count: JailSpec.maximumDescriptors)
            var count = descriptors.count
            let length = cjail_receive(connection, &buffer, buffer.count, &descriptors, &count, false)
            if length == 0 || length == -Int(ECONNRESET) { break }
            try check(length, "recvmsg")
            let received = Array(descriptors[..<count])
            // Links are closed by the run, as soon as the jail has them.
            var kept = Set(received)
            defer { for descriptor in kept { close(descriptor) } }
            do throws(WireError) {
                switch try SlotRequest(decoding: Array(buffer[..<length]), descriptorCount: count) {
                case .run(let spec):
                    for link in spec.links { kept.remove(received[Int(link.descriptor)]) }
                    serve(spec, received, in: group)
                case .warmUp(let warmUp): prepare(for: warmUp, in: group)
                // One that comes between two runs is late: its run has ended.
                case .cancel: continue
                }
            } catch {
                send(.failure(JailFailure(stage: error.field, errno: EINVAL, detail: error.reason)))
            }
        }
        for template in templates.values { template.stop() }
        try group.remove()
    }

    // MARK: Templates

    private func template(of image: String, in group: any Cgroup) throws(JailFailure) -> Template {
        if let template = templates[image] { return template }
        let template = try Template(
            image: image,
            setting: .init(configuration: configuration, slot: index, filters: filters, group: group)
        )
        templates[image] = template
        return template
    }

    /// Ends a template that cannot be relied on; the next run gets another.
    private func discard(_ image: String) {
        templates.removeValue(forKey: image)?.stop()
        if prepared == image { prepared = nil }
    }

    /// Nobody waits for an answer; what does not work is told by the run that needs it.
    private func prepare(for warmUp: WarmUp, in group: any Cgroup) {
        guard let template = try? template(of: warmUp.image, in: group) else { return }
        for server in warmUp.servers { _ = template.servers.channel(of: server) }
    }

    // MARK: Runs

    /// Makes one run and answers it; ends the process where another run cannot follow.
    private func serve(_ spec: JailSpec, _ descriptors: [Int32], in group: any Cgroup) {
        var answer: JailerMessage
        var ending: SlotEnding?
        var usesNetwork = false
        var isAnswered = false
        var isNextThere = false
        do throws(SyscallError) {
            let jail: Jail?
            (answer, jail, usesNetwork) = try run(spec, descriptors, in: group)
            if let jail {
                // What the init takes to end is not waited for, where it is all that is left.
                if try group.isLeftToInit() {
                    send(answer)
                    isAnswered = true
                    // Not at once: the service, which looks at the answer, has the processors first.
                    isNextThere = jail.waitForEnd(orInterruptedBy: connection)
                    if isNextThere, leavesRoom(answer, spec) {
                        prepareNext(of: spec.image, isThere: true, renewingNetwork: usesNetwork)
                    }
                }
                jail.waitForEnd(milliseconds: Run.teardownLimit)
            }
        } catch {
            // Half a run may be under way still, and its pipes are open: they go with this process.
            let failure = JailFailure(stage: "run: \(error.call)", errno: error.errno, detail: error.object)
            answer = .failure(failure)
            ending = SlotEnding(slot: index, reason: failure, isRetired: false)
        }
        do throws(SyscallError) {
            if ending != nil { for image in templates.keys { discard(image) } }
            if prepared != nil { try group.leaveLast() } else { try group.finish() }
            if ending != nil { try group.remove() }
        } catch {
            let reason = JailFailure(stage: "clear group: \(error.call)", errno: error.errno, detail: error.object)
            ending = SlotEnding(slot: index, reason: reason, isRetired: true)
        }
        if let ending { send(.ending(ending)) }
        if !isAnswered { send(answer) }
        if let ending { _exit(ending.isRetired ? 1 : 0) }
        if prepared == nil { prepareNext(of: spec.image, isThere: isNextThere, renewingNetwork: usesNetwork) }
    }

    /// Whether the next jail can be made while the last one ends: on cgroup v1 both are under the last run's limits.
    private func leavesRoom(_ answer: JailerMessage, _ spec: JailSpec) -> Bool {
        guard case .report(let report) = answer else { return false }
        return spec.limits.processes >= 4 && report.memoryPeakBytes <= spec.limits.memoryBytes / 2
    }

    /// - Returns: also the jail, where nobody but its init was left in it, and that has not ended yet.
    private func run(
        _ spec: JailSpec,
        _ descriptors: [Int32],
        in group: any Cgroup
    ) throws(SyscallError) -> (answer: JailerMessage, ending: Jail?, usesNetwork: Bool) {
        let jail: Jail
        var servers = Run.Servers()
        let pool: ForkServerPool
        do throws(JailFailure) {
            if let prepared, prepared != spec.image { try templates[prepared]?.discardReady() }
            prepared = nil
            let template = try template(of: spec.image, in: group)
            pool = template.servers
            // The helper that forks is a process of the run for a moment.
            if spec.limits.processes > 1 {
                if case .fork(let server) = spec.executable { servers.program = pool.channel(of: server) }
                if case .fork(let server)? = spec.examiner?.executable { servers.examiner = pool.channel(of: server) }
            }
            jail = try template.takeJail(for: spec, isForked: servers.program != nil)
        } catch {
            // Nothing was run: what made the jail is not relied on any more.
            for link in spec.links { close(descriptors[Int(link.descriptor)]) }
            discard(spec.image)
            return (.failure(error), nil, false)
        }
        // A server that still grows would take of the run's memory.
        if group.includesResidents { for template in templates.values { template.servers.waitUntilSettled() } }
        try group.begin(CgroupLimits(spec.limits, in: jail))
        let run = try Run(
            spec,
            descriptors: descriptors,
            in: jail,
            servers: servers,
            pipes: pipes,
            connection: connection
        )
        var answer = try run.complete(in: group)
        for case .fork(let server)? in [spec.executable, spec.examiner?.executable] {
            if case .failure(var failure) = answer, failure.stage == ForkedMember.serverStage {
                failure.detail += " " + pool.lose(server)
                answer = .failure(failure)
            } else if run.hasEndedInFork {
                pool.end(server)
            }
        }
        return (answer, run.isOver ? jail : nil, run.usesNetwork)
    }

    /// Has the next jail made, while the service looks at the answer.
    ///
    /// `isThere`: somebody waits for it.
    private func prepareNext(of image: String, isThere: Bool, renewingNetwork: Bool) {
        // Where it does not go, the run that needs them says why.
        try? pipes.refill()
        guard let template = templates[image] else { return }
        do throws(JailFailure) {
            if renewingNetwork { try template.renewNetwork() }
            try template.prepare(isRunThere: isThere)
            prepared = image
        } catch {
            discard(image)
        }
    }

    /// Does what the next run will need of its group, as soon as its jail stands, unless something is asked for before.
    ///
    /// Not where a fork server is on its way, which shares the group on cgroup v1: it would be in the run's account.
    private func beginEarly(in group: any Cgroup) {
        guard let prepared, let template = templates[prepared],
            templates.values.allSatisfy({ $0.servers.areSettled })
        else { return }
        do {
            if let limits = try template.waitUntilReady(orInterruptedBy: connection) { try group.begin(limits) }
        } catch {
            // The run makes another and says why that does not go.
            self.prepared = nil
            do { try template.discardReady() } catch { discard(prepared) }
        }
    }

    private func send(_ message: JailerMessage) {
        let bytes = message.encoded()
        // A service that is gone is noticed at the next receive.
        _ = cjail_send(connection, bytes, bytes.count, nil, 0)
    }
}
