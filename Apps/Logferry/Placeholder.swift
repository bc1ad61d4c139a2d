import ArgumentParser

@main struct Logferry: ParsableCommand {}
