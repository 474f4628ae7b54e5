#include "cli/doctor_findings.hpp"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/doctor_probes.hpp"
#include "runtime/clock.hpp"
#include "runtime/posix_files.hpp"

namespace wharf::cli {
namespace {

using std::chrono::microseconds;
using testing::HasSubstr;

constexpr std::uint64_t kGiB = 1 << 30;

TEST(Doctor, FewOpenFilesAreAWarningVeryFewAreTrouble) {
  EXPECT_EQ(judge_open_files(1'048'576, 1'048'576).verdict, Verdict::kFine);
  EXPECT_EQ(judge_open_files(20'000, 20'000).verdict, Verdict::kWarning);
  EXPECT_EQ(judge_open_files(1024, 1'048'576).verdict, Verdict::kWarning);
  EXPECT_EQ(judge_open_files(1024, 1024).verdict, Verdict::kTrouble);
}

TEST(Doctor, LittleMemoryIsAWarning) {
  EXPECT_EQ(judge_memory({64 << 20}).verdict, Verdict::kWarning);
  EXPECT_EQ(judge_memory({kGiB}).verdict, Verdict::kFine);
}

TEST(Doctor, TheDataFolderMustBeWritableLocalAndHaveRoom) {
  const DiskFacts good{"/var/lib/wharf", "ext4", 100 * kGiB, 50 * kGiB, 64 << 20, ""};
  EXPECT_EQ(judge_disk(good).verdict, Verdict::kFine);
  EXPECT_EQ(judge_disk(good).sentence, "/var/lib/wharf (ext4) has 50 GiB free of 100 GiB");
  DiskFacts refused = good;
  refused.refusal = "permission denied";
  EXPECT_EQ(judge_disk(refused).verdict, Verdict::kTrouble);
  DiskFacts full = good;
  full.available_bytes = full.reserve_bytes;
  EXPECT_EQ(judge_disk(full).verdict, Verdict::kTrouble);
  full.available_bytes = full.reserve_bytes + 1;
  EXPECT_EQ(judge_disk(full).verdict, Verdict::kWarning);
  for (const char* name : {"tmpfs", "nfs", "cifs", "fuse"}) {
    DiskFacts odd = good;
    odd.file_system = name;
    EXPECT_EQ(judge_disk(odd).verdict, Verdict::kWarning) << name;
  }
}

TEST(Doctor, AFlushMayBeNeitherSlowNorImpossiblyFast) {
  EXPECT_EQ(judge_flush({microseconds(300), microseconds(100), microseconds(5'000)}).verdict, Verdict::kFine);
  EXPECT_THAT(judge_flush({microseconds(300), microseconds(100), microseconds(5'000)}).sentence,
              HasSubstr("300 us (p50), 5000 us (p99)"));
  EXPECT_EQ(judge_flush({microseconds(20'000)}).verdict, Verdict::kWarning);
  EXPECT_EQ(judge_flush({microseconds(2)}).verdict, Verdict::kWarning);
  EXPECT_EQ(judge_flush({}).verdict, Verdict::kWarning);
}

TEST(Doctor, WithoutIoUringTheServerRunsAndCostsMore) {
  EXPECT_EQ(judge_io_uring(true).verdict, Verdict::kFine);
  EXPECT_EQ(judge_io_uring(false).verdict, Verdict::kWarning);
}

TEST(Doctor, AClockFromThePastIsTroubleAnUnsynchronisedOneAWarning) {
  constexpr Timestamp kToday{1'790'000'000'000};
  EXPECT_EQ(judge_clock({kToday, true, true, "tsc"}).verdict, Verdict::kFine);
  EXPECT_EQ(judge_clock({kToday, false, false, ""}).verdict, Verdict::kFine);
  EXPECT_EQ(judge_clock({kToday, false, true, "tsc"}).verdict, Verdict::kWarning);
  EXPECT_EQ(judge_clock({kToday, true, true, "hpet"}).verdict, Verdict::kWarning);
  EXPECT_EQ(judge_clock({Timestamp{0}, true, true, "tsc"}).verdict, Verdict::kTrouble);
}

TEST(Doctor, ATakenPortIsTrouble) {
  EXPECT_EQ(judge_port("kafka.listen", {"127.0.0.1", 9092}, "").verdict, Verdict::kFine);
  EXPECT_EQ(judge_port("kafka.listen", {"127.0.0.1", 0}, "").verdict, Verdict::kFine);
  EXPECT_EQ(judge_port("kafka.listen", {"127.0.0.1", 9092}, "Address already in use").verdict, Verdict::kTrouble);
}

TEST(Doctor, ANameThatClientsAreToldAndNobodyKnowsIsAWarning) {
  const std::string no_name(300, 'x');  // so long that no server of names is asked
  EXPECT_EQ(judge_advertised({"localhost", 9092}, resolve_error("localhost")).verdict, Verdict::kFine);
  const Finding unknown = judge_advertised({no_name, 9092}, resolve_error(no_name));
  EXPECT_EQ(unknown.verdict, Verdict::kWarning);
  EXPECT_TRUE(unknown.sentence.contains(no_name));
}

TEST(DoctorProbes, APortInUseIsNoticed) {
  const int listener = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  ASSERT_EQ(bind(listener, reinterpret_cast<sockaddr*>(&address), size), 0);
  ASSERT_EQ(listen(listener, 1), 0);
  ASSERT_EQ(getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size), 0);
  const Endpoint taken{"127.0.0.1", ntohs(address.sin_port)};
  EXPECT_EQ(listen_error(taken),
            "Address already in use; end what listens there (a running server does), or choose another address");
  close(listener);
  EXPECT_EQ(listen_error(taken), "");
  EXPECT_NE(listen_error({"no-such-host.invalid", 1}), "");
}

TEST(DoctorProbes, ADiskIsMeasuredWhereTheDataFolderWillBe) {
  runtime::PosixFileSystem files;
  const runtime::SystemClock clock;
  const DiskFacts facts = disk_facts(files, testing::TempDir() + "not/made/yet", 0);
  EXPECT_EQ(facts.refusal, "");
  EXPECT_GT(facts.available_bytes, 0u);
  EXPECT_EQ(flush_latencies(files, clock, facts.folder).size(), 100u);
  EXPECT_NE(disk_facts(files, "/proc/wharf", 0).refusal, "");
  EXPECT_TRUE(flush_latencies(files, clock, "/proc").empty());
}

TEST(DoctorProbes, LimitsMemoryAndClockAreKnown) {
  EXPECT_GT(open_file_limits().first, 0u);
  EXPECT_GT(memory_facts().total_bytes, 0u);
  EXPECT_GT(clock_facts(runtime::SystemClock()).wall.ms, 0);
}

}  // namespace
}  // namespace wharf::cli
