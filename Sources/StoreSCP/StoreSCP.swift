import StorageSCP

@main
struct StoreSCP {
    static func main() async {
        await ReceiverProcess().run()
    }
}
