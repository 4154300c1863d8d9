import java.net.InetSocketAddress;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.opensearch.Version;
import org.opensearch.analysis.common.CommonAnalysisModulePlugin;
import org.opensearch.common.settings.Settings;
import org.opensearch.http.HttpServerTransport;
import org.opensearch.index.mapper.MapperExtrasModulePlugin;
import org.opensearch.index.reindex.ReindexModulePlugin;
import org.opensearch.node.InternalSettingsPreparer;
import org.opensearch.node.Node;
import org.opensearch.painless.PainlessModulePlugin;
import org.opensearch.plugins.Plugin;
import org.opensearch.plugins.PluginInfo;
import org.opensearch.transport.Netty4ModulePlugin;

/**
 * One real OpenSearch node, started from the class path. Arguments are settings, `name=value`.
 * Prints `LISTENING host:port` on stdout once it serves HTTP, and runs until it is killed.
 */
public final class OpenSearchLauncher {
  private static final List<Class<? extends Plugin>> MODULES = List.of(
      Netty4ModulePlugin.class,
      ReindexModulePlugin.class,
      CommonAnalysisModulePlugin.class,
      PainlessModulePlugin.class,
      MapperExtrasModulePlugin.class);

  public static void main(String[] args) throws Exception {
    Node node = new ClassPathNode(settingsOf(args));
    node.start();
    HttpServerTransport http = node.injector().getInstance(HttpServerTransport.class);
    InetSocketAddress address = http.boundAddress().publishAddress().address();
    System.out.println("LISTENING " + address.getAddress().getHostAddress() + ":" + address.getPort());
    // None of the node's threads keeps the JVM alive.
    Thread.currentThread().join();
  }

  private static Settings settingsOf(String[] args) {
    Settings.Builder settings = Settings.builder();
    for (String arg : args) {
      String[] pair = arg.split("=", 2);
      settings.put(pair[0], pair[1]);
    }
    return settings.build();
  }

  /** The plain Node loads no module that is not installed in a folder; this one takes them from the class path. */
  private static final class ClassPathNode extends Node {
    ClassPathNode(Settings settings) {
      super(
          InternalSettingsPreparer.prepareEnvironment(settings, Map.of(), null, () -> "test"),
          modulePluginInfos(),
          false);
    }

    private static Collection<PluginInfo> modulePluginInfos() {
      return MODULES.stream().map(ClassPathNode::pluginInfo).toList();
    }

    private static PluginInfo pluginInfo(Class<? extends Plugin> module) {
      String name = module.getName();
      return new PluginInfo(name, "from the class path", "1", Version.CURRENT, "21", name, List.of(), false);
    }
  }
}
