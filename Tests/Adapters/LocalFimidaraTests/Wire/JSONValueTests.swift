import Testing

@testable import LocalFimidaraAdapter

@Suite("JSON")
struct JSONValueTests {
    @Test(
        "is read and written",
        arguments: [
            #"{"a":1,"b":[true,false,null],"c":"é\"\\\n\u0001"}"#, "[]", "{}", #""x""#, "-7", "1.5", "null",
            #"{"":{"":[]}}"#,
        ])
    func roundTrip(text: String) throws {
        #expect(try JSONValue(parsing: Array(text.utf8)).text == text)
    }

    @Test(
        "that is malformed or too deep is refused",
        arguments: [
            "", "{bad", "{\"a\":}", String(repeating: "[", count: 33) + String(repeating: "]", count: 33),
        ])
    func refuse(text: String) {
        #expect(throws: StorageFailure.malformedJSON) { try JSONValue(parsing: Array(text.utf8)) }
    }

    @Test("may be 32 levels deep, and brackets in a text are no levels")
    func countLevels() throws {
        _ = try JSONValue(parsing: Array((String(repeating: "[", count: 32) + String(repeating: "]", count: 32)).utf8))
        let text = "\"\\\"" + String(repeating: "[", count: 100) + "\""
        _ = try JSONValue(parsing: Array(text.utf8))
    }
}
