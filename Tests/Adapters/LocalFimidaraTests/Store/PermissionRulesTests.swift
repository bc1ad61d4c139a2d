import Testing

@testable import LocalFimidaraAdapter

@Suite("Permission rules")
struct PermissionRulesTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let items: [PermissionItem]
        let isAllowed: Bool

        init(_ description: String, _ items: [PermissionItem], _ isAllowed: Bool) {
            testDescription = description
            self.items = items
            self.isAllowed = isAllowed
        }
    }

    static let cases = [
        Case("nothing is granted", [], false),
        Case("granted on the workspace", [item(1, "agent", "readFile", "ws", true)], true),
        Case("granted to a group", [item(1, "group", "readFile", "ws", true)], true),
        Case("another action is granted", [item(1, "agent", "uploadFile", "ws", true)], false),
        Case("granted to another", [item(1, "other", "readFile", "ws", true)], false),
        Case("granted on another target", [item(1, "agent", "readFile", "elsewhere", true)], false),
        Case("all is granted", [item(1, "agent", "*", "ws", true)], true),
        Case(
            "the closer target decides",
            [item(1, "agent", "readFile", "folder", false), item(2, "agent", "readFile", "ws", true)], false),
        Case(
            "the closer target allows",
            [item(1, "agent", "readFile", "file", true), item(2, "agent", "readFile", "folder", false)], true),
        Case(
            "the closer entity decides, though its target is further away",
            [item(1, "agent", "readFile", "ws", true), item(2, "group", "readFile", "file", false)], true),
        Case(
            "the newer of two alike decides",
            [item(1, "agent", "readFile", "file", true), item(2, "agent", "readFile", "file", false)], false),
        Case(
            "the action itself comes before all actions, though it is further away",
            [item(2, "agent", "*", "file", false), item(1, "public", "readFile", "ws", true)], true),
        Case("a denial of all", [item(1, "agent", "*", "file", false), item(2, "agent", "*", "ws", true)], false),
    ]

    @Test("decide by closeness", arguments: cases)
    func decide(example: Case) {
        for items in [example.items, example.items.reversed()] {
            #expect(
                PermissionRules.allow(
                    .readFile, among: items, entities: ["agent", "group", "public"],
                    targets: ["file", "folder", "ws"]) == example.isAllowed)
        }
    }

    private static func item(
        _ number: Int64, _ entity: String, _ action: String, _ target: String, _ access: Bool
    ) -> PermissionItem {
        PermissionItem(number: number, entityId: entity, action: action, targetId: target, access: access)
    }
}
