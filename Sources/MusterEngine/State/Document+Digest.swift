// Whether a document of a file is the one of the last run is told by a digest of what it means, not
// of how it is written: moved to another line it is the same, as it is to a running worker.

import MusterModel
import MusterPolicy

extension Document {
    /// The same for equal documents in every process; different for others, but for a chance of
    /// one in 2^64 and less.
    ///
    /// - Complexity: O(size of the document).
    var digest: UInt128 {
        var digest = Digest()
        switch self {
        case .policy(let policy): digest.add(policy)
        case .serviceGroup(let group): digest.add(group)
        case .maintenance(let entry): digest.add(entry)
        case .guardrail(let guardrail): digest.add(guardrail)
        }
        return digest.value
    }
}

/// Fowler, Noll and Vo's hash in 128 bits, over the parts of a document in a fixed order.
private struct Digest {
    private(set) var value: UInt128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d

    private mutating func add(_ byte: UInt8) {
        value = (value ^ UInt128(byte)) &* 0x0000_0000_0100_0000_0000_0000_0000_013b
    }

    private mutating func add(_ number: Int) {
        for shift in stride(from: 0, to: 64, by: 8) {
            add(UInt8(truncatingIfNeeded: number >> shift))
        }
    }

    private mutating func add(_ text: String) {
        add(text.utf8.count)
        for byte in text.utf8 { add(byte) }
    }

    private mutating func add<Value>(_ value: Value?, _ each: (inout Self, Value) -> Void) {
        add(value == nil ? 0 : 1)
        if let value { each(&self, value) }
    }

    private mutating func add<Value>(_ values: [Value], _ each: (inout Self, Value) -> Void) {
        add(values.count)
        for value in values { each(&self, value) }
    }

    // MARK: Documents

    mutating func add(_ policy: Policy) {
        add("policy")
        add(policy.name)
        add(policy.domain) { $0.add($1.name) }
        add(policy.priority)
        add(policy.mode.rawValue)
        add(policy.whenUnsatisfiable.rawValue)
        add(policy.require) { $0.add($1) }
        add(policy.prefer) {
            $0.add($1.condition)
            $0.add($1.weight)
        }
        add(policy.minimize) {
            $0.add($1.quantity)
            $0.add($1.weight)
        }
        add(policy.changes) {
            $0.add($1.selector)
            $0.add($1.cost)
        }
        // Absent ones add nothing: a document without a window keeps the digest that it had.
        if let window = policy.active { add(window) }
        add(policy.severity.rawValue)
    }

    private mutating func add(_ window: Window) {
        add("window")
        add(window.days) { $0.add($1.rawValue) }
        add(window.from)
        add(window.until)
        add(window.zone.name)
    }

    mutating func add(_ group: ServiceGroup) {
        add("group")
        add(group.name)
        add(group.domain) { $0.add($1.name) }
        add(group.dependsOn) {
            $0.add($1.group)
            $0.add($1.atLeast)
            $0.add($1.binding.rawValue)
        }
    }

    mutating func add(_ entry: Maintenance) {
        add("maintenance")
        add(entry.name)
        add(entry.domain) { $0.add($1.name) }
        add(entry.selector)
        add(entry.effect.rawValue)
        add(entry.from) { $0.add(Int($1.milliseconds)) }
        add(entry.until) { $0.add(Int($1.milliseconds)) }
    }

    mutating func add(_ guardrail: Guard) {
        add("guard")
        add(guardrail.name)
        add(guardrail.domain) { $0.add($1.name) }
        add(guardrail.maxInFlight) { $0.add($1) }
        add(guardrail.maxChanges) { digest, amount in
            switch amount {
            case .number(let number):
                digest.add("number")
                digest.add(number)
            case .share(let thousandths):
                digest.add("share")
                digest.add(thousandths)
            }
        }
        add(guardrail.maxUnusable) {
            $0.add($1.share)
            $0.add($1.within)
        }
        add(guardrail.improve) { digest, improvement in
            switch improvement {
            case .gain(let least):
                digest.add("gain")
                digest.add(least)
            case .never: digest.add("never")
            }
        }
        add(guardrail.cooldown) { $0.add($1) }
        add(guardrail.flapping) {
            $0.add($1.changes)
            $0.add($1.within)
            $0.add($1.quarantine)
        }
    }

    private mutating func add(_ duration: Duration) { add(Int(duration.milliseconds)) }

    // MARK: Conditions

    private mutating func add(_ condition: Condition) {
        func all(_ word: String, _ parts: [Condition]) {
            add(word)
            add(parts) { $0.add($1) }
        }
        switch condition.form {
        case .and(let parts): all("and", parts)
        case .or(let parts): all("or", parts)
        case .nor(let parts): all("nor", parts)
        case .nand(let parts): all("nand", parts)
        case .xor(let parts): all("xor", parts)
        case .not(let part): all("not", [part])
        case .implication(let premise, let consequence, let alternative):
            all("if", [premise, consequence])
            add(alternative) { $0.add($1) }
        case .threshold(let comparisons, let parts):
            all("threshold", parts)
            add(comparisons) { $0.add($1) }
        case .comparison(let quantity, let comparisons):
            add("comparison")
            add(quantity)
            add(comparisons) { $0.add($1) }
        case .forEach(let attribute, let selector, let required):
            add("forEach")
            add(attribute.description)
            add(selector)
            add(required)
        case .resource(let id, let placement):
            add("resource")
            add(id.name)
            add(placement.rawValue)
        case .fits(let capacities, let selector):
            add("fits")
            add(capacities) { $0.add($1) }
            add(selector)
        }
    }

    private mutating func add(_ comparison: Comparison) {
        add(comparison.relation.rawValue)
        switch comparison.operand {
        case .integer(let number):
            add("integer")
            add(number)
        case .share(let thousandths):
            add("share")
            add(thousandths)
        case .quantity(let quantity, let times, let plus):
            add("quantity")
            add(quantity)
            add(times)
            add(plus)
        }
    }

    private mutating func add(_ quantity: Quantity) {
        switch quantity.measure {
        case .count: add("count")
        case .sum(let name):
            add("sum")
            add(name)
        case .distinct(let attribute):
            add("distinct")
            add(attribute.description)
        }
        add(quantity.selector)
        add(quantity.state.rawValue)
    }

    private mutating func add(_ selector: Selector) {
        add(selector.requirements) { $0.add($1) }
    }

    private mutating func add(_ requirement: Selector.Requirement) {
        switch requirement {
        case .field(let field, let patterns):
            add("field")
            add(field.rawValue)
            add(patterns) { $0.add($1.text) }
        case .label(let key, let values):
            add("label")
            add(key)
            add(values) { $0.add($1) }
        case .labelNotIn(let key, let values):
            add("labelNotIn")
            add(key)
            add(values) { $0.add($1) }
        case .labelExists(let key, let exists):
            add("labelExists")
            add(key)
            add(exists ? 1 : 0)
        case .attribute(let attribute, let value):
            add("attribute")
            add(attribute.description)
            add(value)
        case .not(let selector):
            add("not")
            add(selector)
        case .any(let selectors):
            add("any")
            add(selectors) { $0.add($1) }
        }
    }
}
