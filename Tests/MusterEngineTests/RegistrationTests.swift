// Ways out that name what is not registered.

import MusterModel
import MusterTestKit
import Testing

@testable import MusterEngine

@Suite struct RegistrationTests {
    private func suggestions(
        for policy: String,
        under policies: String,
        _ estate: Resource...
    ) throws -> [Notice.Suggestion] {
        var scene = try Scene(policies)
        _ = scene.report(estate)
        return scene.domain.explanation(of: policy)?.suggestions ?? []
    }

    @Test("a resource that a policy names and nobody reports is asked for by its name")
    func unknownResource() throws {
        let found = try suggestions(
            for: "lamp",
            under: "kind: Policy\nname: lamp\nrequire: {resource: lamp-1, is: online}",
            vm("lamp-2")
        )
        #expect(found.map(\.text) == ["register lamp-1"])
    }

    @Test("a resource that would not help is not asked for")
    func uselessResource() throws {
        let policies = """
            kind: Policy
            name: lamp
            require: {resource: lamp-1, is: online}
            ---
            kind: Maintenance
            name: dark
            where: {resource: "lamp-*"}
            effect: drain
            """
        #expect(try suggestions(for: "lamp", under: policies, vm("lamp-2")).isEmpty)
    }

    @Test("members are asked for of a group that others need and that has too few")
    func missingProviders() throws {
        let policies = """
            kind: Policy
            name: serving
            require: {resource: w, is: online}
            ---
            kind: ServiceGroup
            name: web
            dependsOn: [{group: db, atLeast: 2}]
            """
        let found = try suggestions(
            for: "serving",
            under: policies,
            vm("w", group: "web"),
            vm("d", group: "db")
        )
        #expect(found.map(\.text) == ["register 1 more: resource of group db"])
    }
}
