import CJail
import JailProtocol

extension member_identity {
    /// Who a member of a jail is from its start.
    ///
    /// `descriptors`: what it has, by the number that it has it at; `place` answers what stands for one of them in a
    /// message.
    init(
        user: uid_t,
        folder: String,
        limits: JailLimits,
        descriptors: [(target: UInt32, end: Int32)],
        _ place: (Int32) -> Int32
    ) {
        self.init()
        self.user = user
        descriptor_count = UInt32(descriptors.count)
        withUnsafeMutableBytes(of: &self.descriptors) { bytes in
            let places = bytes.bindMemory(to: Int32.self)
            for (index, descriptor) in descriptors.enumerated() { places[index] = place(descriptor.end) }
        }
        withUnsafeMutableBytes(of: &targets) { bytes in
            let targets = bytes.bindMemory(to: Int32.self)
            for (index, descriptor) in descriptors.enumerated() { targets[index] = Int32(descriptor.target) }
        }
        let limits = ResourceLimits.all(of: limits)
        limit_count = UInt32(limits.count)
        withUnsafeMutableBytes(of: &limit_names) { bytes in
            let names = bytes.bindMemory(to: Int32.self)
            for (index, limit) in limits.enumerated() { names[index] = limit.resource }
        }
        withUnsafeMutableBytes(of: &limit_values) { bytes in
            let values = bytes.bindMemory(to: UInt64.self)
            for (index, limit) in limits.enumerated() { values[index] = limit.value }
        }
        withUnsafeMutableBytes(of: &self.folder) { $0.copyBytes(from: Array(folder.utf8) + [0]) }
    }
}
