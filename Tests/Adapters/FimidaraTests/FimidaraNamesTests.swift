import FimidaraAdapter
import Testing

@Suite("Names at fimidara")
struct FimidaraNamesTests {
    @Test("T78: names that the server would take for something else, or has no room for, are refused")
    func names() {
        for good in ["logs", "a/b/c", "1/2/3/4/5/6/7", "/logs/", "My-Logs_1"] {
            #expect(FimidaraNames.complaint(aboutPrefix: good) == nil, "\(good)")
        }
        for bad in ["My Logs (1)", "a+b", "1/2/3/4/5/6/7/8/9", "1/2/3/4/5/6/7/8", "", "/", "a.b", "ä", "a/../b"] {
            #expect(FimidaraNames.complaint(aboutPrefix: bad) != nil, "\(bad)")
        }
        for bad in ["", "a/b", "my workspace", "a.b", String(repeating: "a", count: 71)] {
            #expect(FimidaraNames.complaint(aboutRootname: bad) != nil, "\(bad)")
        }
        #expect(FimidaraNames.complaint(aboutRootname: "logferry") == nil)
        for bad in ["ftp://h", "http://", "http://u:p@h", "https://h?x=1", "http:///p", "h"] {
            #expect(FimidaraNames.complaint(aboutURL: bad) != nil, "\(bad)")
        }
        #expect(FimidaraNames.complaint(aboutURL: "https://files.example.com:8443/base") == nil)
    }
}
