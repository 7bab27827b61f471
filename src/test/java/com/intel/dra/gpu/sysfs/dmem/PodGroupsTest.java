package com.intel.dra.gpu.sysfs.dmem;

import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.sysfs.dmem.PodGroups.Container;
import com.intel.dra.gpu.sysfs.files.SysfsReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PodGroupsTest {

  private static final String UID = "0a1b2c3d-1111-2222-3333-444455556666";
  private static final String ID = "0123456789abcdef".repeat(4);

  @TempDir Path root;

  private PodGroups find() {
    return PodGroups.find(new SysfsReader(), root);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "kubepods/pod" + UID,
        "kubepods/besteffort/pod" + UID,
        "kubepods/burstable/pod" + UID,
        "kubepods.slice/kubepods-pod0a1b2c3d_1111_2222_3333_444455556666.slice",
        "kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod0a1b2c3d_1111_2222_3333_444455556666.slice",
        "kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod0a1b2c3d_1111_2222_3333_444455556666.slice",
        // kubelets with a cgroupRoot: kind's, one of two on a machine, and the deepest
        "kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-besteffort.slice/kubelet-kubepods-besteffort-pod0a1b2c3d_1111_2222_3333_444455556666.slice",
        "kubelet/kubepods/burstable/pod" + UID,
        "cluster/node1/kubepods/besteffort/pod" + UID,
        "a/b/c/kubepods/pod" + UID
      })
  void aPodIsFoundWhateverTheKubeletsCgroupDriverAndRootAre(String path) throws IOException {
    Path group = Files.createDirectories(root.resolve(path));

    assertThat(find()).isEqualTo(new PodGroups(Map.of(UID, group), Optional.empty()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a/b/c/d/kubepods/pod" + UID,
        "system.slice/kubepods/pod" + UID,
        "kubelet.service/kubepods/pod" + UID,
        "other/pod" + UID,
        "kubepods/besteffort/else/pod" + UID,
        "kubepods/besteffort/pod" + UID + "x",
        "kubepods/besteffort/pod",
        // a static pod, which has no claims
        "kubepods/burstable/pod0a1b2c3d111122223333444455556666"
      })
  void nothingElseIsTakenForAPod(String path) throws IOException {
    Files.createDirectories(root.resolve(path));

    assertThat(find().pods()).isEmpty();
  }

  @Test
  void filesBesideTheGroupsAreNoProblem() throws IOException {
    Path pod = Files.createDirectories(root.resolve("kubepods/besteffort/pod" + UID));
    for (String path :
        List.of("", "kubepods", "kubepods/besteffort", "kubepods/besteffort/pod" + UID)) {
      Path folder = root.resolve(path);
      Files.writeString(folder.resolve("cgroup.procs"), "");
      Files.writeString(folder.resolve("cpu.stat"), "");
      Files.writeString(folder.resolve("unheard"), "");
    }

    assertThat(find()).isEqualTo(new PodGroups(Map.of(UID, pod), Optional.empty()));
    assertThat(PodGroups.containers(new SysfsReader(), pod)).isEmpty();
  }

  @Test
  void aRootThatIsNotThereHasNoPods() {
    assertThat(PodGroups.find(new SysfsReader(), root.resolve("gone")))
        .isEqualTo(new PodGroups(Map.of(), Optional.empty()));
  }

  @Test
  void aFolderThatCannotBeReadIsNamedAndTheOthersAreSearched() throws IOException {
    Path pod = Files.createDirectories(root.resolve("kubepods/burstable/pod" + UID));
    Path closed = Files.createDirectories(root.resolve("kubepods/besteffort"));
    var reader =
        new SysfsReader() {
          @Override
          public List<String> list(Path folder) throws IOException {
            if (folder.equals(closed)) {
              throw new IOException("Input/output error");
            }
            return super.list(folder);
          }
        };

    assertThat(PodGroups.find(reader, root))
        .isEqualTo(new PodGroups(Map.of(UID, pod), Optional.of(closed + ": input/output error")));
  }

  @Test
  void aFolderThatVanishesMeanwhileIsNoProblem() throws IOException {
    Path gone = Files.createDirectories(root.resolve("kubepods/besteffort"));
    var reader =
        new SysfsReader() {
          @Override
          public List<String> list(Path folder) throws IOException {
            if (folder.equals(gone)) {
              throw new NoSuchFileException(folder.toString());
            }
            return super.list(folder);
          }
        };

    assertThat(PodGroups.find(reader, root).problem()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "%s, true",
    "cri-containerd-%s.scope, true",
    "crio-%s, true",
    "crio-%s.scope, true",
    "docker-%s.scope, true",
    "crio-conmon-%s.scope, false",
    "%s0, false",
    "x%s, false",
    "cri-containerd-%s.scope.d, false",
    "init.scope, false"
  })
  void containersAreFoundByTheNamesThatRuntimesGiveThem(String name, boolean isContainer)
      throws IOException {
    Path group = Files.createDirectories(root.resolve(name.formatted(ID)));

    assertThat(PodGroups.containers(new SysfsReader(), root))
        .isEqualTo(isContainer ? List.of(new Container(ID, group)) : List.of());
  }

  @Provide
  Arbitrary<String> names() {
    return Arbitraries.oneOf(
        Arbitraries.strings().ascii().excludeChars('/', '\0').ofMinLength(1).ofMaxLength(200),
        Arbitraries.of("kubepods", "-kubepods", "-pod" + UID, "besteffort", "podpod" + UID)
            .list()
            .ofMinSize(1)
            .ofMaxSize(3)
            .map(parts -> String.join("-", parts)),
        Arbitraries.of("-", "pod", "a-pod").map(part -> part.repeat(66)));
  }

  /** Names that anybody may have given: the pod beside them is found, and nothing is thrown. */
  @Property(tries = 300)
  void anyNamesHideNoPod(@ForAll("names") String one, @ForAll("names") String other) {
    var tree = new HashMap<Path, List<String>>();
    Path top = Path.of("/cgroup");
    tree.put(top, List.of(one, "kubepods"));
    tree.put(top.resolve("kubepods"), List.of(one, other, "pod" + UID));
    var reader =
        new SysfsReader() {
          @Override
          public List<String> list(Path folder) throws IOException {
            List<String> names = tree.get(folder);
            if (names == null) {
              throw new NoSuchFileException(folder.toString());
            }
            return names;
          }
        };

    PodGroups found = PodGroups.find(reader, top);

    assertThat(found.pods()).containsKey(UID);
    assertThat(found.problem()).isEmpty();
    assertThat(PodGroups.containers(reader, top)).isEmpty();
  }
}
