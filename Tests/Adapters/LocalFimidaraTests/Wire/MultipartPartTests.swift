import Testing

@testable import LocalFimidaraAdapter

@Suite("A part of a form")
struct MultipartPartTests {
    @Test(
        "is a file when it has a file name or is declared to be bytes",
        arguments: [
            ("form-data; name=\"x\"; filename=\"f\"", nil, true), ("form-data; name=\"x\"; filename=\"\"", nil, true),
            ("form-data; name=\"x\"; filename*=UTF-8''f", nil, true), ("form-data; name=\"x\"", "text/plain", false),
            ("form-data; name=\"x\"", "Application/Octet-Stream; a=b", true), ("form-data; name=\"x\"", nil, false),
        ] as [(String, String?, Bool)])
    func tellFiles(disposition: String, type: String?, isFile: Bool) {
        var headers: StorageHeaders = ["Content-Disposition": disposition]
        headers["Content-Type"] = type
        #expect(MultipartPart(headers: headers).isFile == isFile)
    }

    @Test("is wanted when it is a file, or a field named data")
    func tellWanted() {
        #expect(MultipartPart(headers: ["content-disposition": "form-data; name=data"]).isWanted)
        #expect(!MultipartPart(headers: ["content-disposition": "form-data; name=\"file\""]).isWanted)
        #expect(MultipartPart(headers: ["content-disposition": "form-data; name=\"file\"; filename=f"]).isWanted)
    }
}
