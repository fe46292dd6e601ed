// Where a transition's promises and its order come from: policies, firm dependencies, groups.

import MusterModel
import MusterPolicy

extension Transition {
    /// The bounds of the policies that hold in the end, over quantities as they are now.
    struct Bounds {
        var terms: [[Term]]
        var quantities: [[GroundQuantity]] = []
        var promises: [Promise] = []

        init(_ situation: Situation, _ steps: [Step]) {
            var numbers: [Int: Int] = [:]
            terms = []
            for step in steps {
                var found: [Term] = []
                for occurrence in situation.occurrences[step.slot] {
                    let index = occurrence.policy
                    guard situation.isEnforced[index] else { continue }
                    let policy: Int
                    if let known = numbers[index] {
                        policy = known
                    } else {
                        let ground = situation.policies[index]
                        guard let require = ground.require, ground.isSatisfied else { continue }
                        policy = quantities.count
                        numbers[index] = policy
                        quantities.append(ground.quantities)
                        promises += require.conjuncts().map { condition in
                            Promise(
                                subject: .condition(condition, policy: policy),
                                rank: condition.isUpper() ? .upperBound : .lowerBound,
                                priority: ground.policy.priority
                            )
                        }
                    }
                    found.append(
                        Term(policy: policy, quantity: occurrence.quantity, term: occurrence.term)
                    )
                }
                terms.append(found)
            }
            // The counters know the implemented configuration; from there back to now.
            for (step, found) in zip(steps, terms) {
                let sign = step.target == .online ? -1 : 1
                for term in found {
                    quantities[term.policy][term.quantity]
                        .update(term: term.term, usable: 0, online: sign)
                }
            }
        }
    }

    /// The firm dependencies that the changes have to do with, and who of them is online now.
    struct FirmNeeds {
        var shares: [[Share]]
        var needs: [Int] = []
        var providers: [Int] = []
        var dependents: [Int] = []
        var promises: [Promise] = []

        init(_ situation: Situation, _ steps: [Step], _ changes: [Int: Int]) {
            var numbers: [Int: Int] = [:]
            shares = []
            func isOnlineNow(_ slot: Int) -> Bool {
                changes[slot].map { steps[$0].target == .offline } ?? situation.isOnline[slot]
            }
            for step in steps {
                let provided = situation.serves[step.slot]
                let needed = situation.needs[step.slot]
                var found: [Share] = []
                for dependency in Set(provided + needed).sorted() {
                    if numbers[dependency] == nil {
                        let firm = situation.dependencies[dependency]
                        numbers[dependency] = needs.count
                        promises.append(
                            Promise(
                                subject: .dependency(needs.count),
                                rank: .dependency,
                                priority: 0
                            )
                        )
                        needs.append(firm.need.atLeast)
                        providers.append(firm.providers.count { isOnlineNow($0) })
                        dependents.append(firm.dependents.count { isOnlineNow($0) })
                    }
                    guard let number = numbers[dependency] else { continue }
                    found.append(
                        Share(
                            dependency: number,
                            provides: provided.contains(dependency),
                            depends: needed.contains(dependency)
                        )
                    )
                }
                shares.append(found)
            }
        }
    }

    /// The order that groups ask for, firm and soft, among those of which something changes.
    struct GroupOrder {
        var group: [Int?]
        var startsAfter: [[Int]]
        var stopsAfter: [[Int]]

        init(_ situation: Situation, _ steps: [Step]) {
            var numbers: [String: Int] = [:]
            group = steps.map { step in
                guard let name = situation.inventory[step.slot].serviceGroup else { return nil }
                if let known = numbers[name] { return known }
                numbers[name] = numbers.count
                return numbers[name]
            }
            startsAfter = Array(repeating: [], count: numbers.count)
            stopsAfter = startsAfter
            for dependent in situation.rules.groups {
                guard let first = numbers[dependent.name] else { continue }
                for need in dependent.dependsOn where need.group != dependent.name {
                    guard let second = numbers[need.group] else { continue }
                    startsAfter[first].append(second)
                    stopsAfter[second].append(first)
                }
            }
        }
    }
}
