import Testing

@testable import LocalFimidaraAdapter

@Suite("The members of a body")
struct BodyFieldsTests {
    @Test(
        "are named when they are wrong",
        arguments: [
            ([:], ["folderpath: \"folderpath\" is required"]),
            (["folderpath": .integer(1)], ["folderpath: \"folderpath\" must be a string"]),
            (["folderpath": "  "], ["folderpath: \"folderpath\" is not allowed to be empty"]),
            (["folderpath": "a", "page": .integer(-1)], ["page: \"page\" must be greater than or equal to 0"]),
            (["folderpath": "a", "page": .number(1.5)], ["page: \"page\" must be an integer"]),
            (["folderpath": "a", "page": "1"], ["page: \"page\" must be a number"]),
            (["folderpath": "a", "foo": .null], ["foo: \"foo\" is not allowed"]),
            (
                ["folderpath": "a", "items": [["x": .bool(true)], .integer(3)]],
                [
                    "items.0.x: \"items[0].x\" is not allowed", "items.1: \"items.1\" must be of type object",
                ]
            ),
            ([], ["value: \"value\" must be of type object", "folderpath: \"folderpath\" is required"]),
        ] as [(JSONValue, [String])])
    func complain(body: JSONValue, expected: [String]) throws {
        let failure = #expect(throws: StorageFailure.self) {
            try BodyFields.read(body) { fields in
                _ = fields.text("folderpath", atMost: 700, isRequired: true)
                _ = fields.integer("page", in: 0...10)
                _ = fields.objects("items") { $0.flag("y") }
            }
        }
        #expect(failure?.status == 400)
        #expect(failure?.problems.map { "\($0.field ?? ""): \($0.message)" } == expected)
        #expect(failure?.problems.allSatisfy { $0.name == .validation } == true)
    }
}
