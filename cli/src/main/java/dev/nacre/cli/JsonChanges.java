package dev.nacre.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.nacre.diff.EmbeddingChange;
import dev.nacre.diff.FieldChange;
import dev.nacre.diff.RecordDiff;
import dev.nacre.diff.ValueChange;
import dev.nacre.feed.ChangeEvent;
import dev.nacre.model.CommitAttributes;
import java.util.TreeMap;
import java.util.TreeSet;

/** Differences and events as the command line's JSON. Stateless. */
final class JsonChanges {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private JsonChanges() {}

  static ObjectNode of(RecordDiff diff) {
    ObjectNode node = Json.object().put("key", diff.key()).put("change", diff.kind().name());
    diff.before().ifPresent(record -> node.set("before", Json.of(record)));
    diff.after().ifPresent(record -> node.set("after", Json.of(record)));
    if (diff.value().orElse(null) instanceof ValueChange.Patched patched) {
      node.set("patch", patched.patch().asTree());
    }
    ArrayNode fields = node.putArray("metadata");
    for (FieldChange field : diff.metadata()) {
      ObjectNode one =
          fields.addObject().put("field", field.field()).put("change", field.kind().name());
      field.before().ifPresent(old -> one.set("before", MAPPER.valueToTree(old)));
      field.after().ifPresent(now -> one.set("after", MAPPER.valueToTree(now)));
    }
    ArrayNode spaces = node.putArray("embeddings");
    for (EmbeddingChange change : diff.embeddings()) {
      spaces.addObject().put("space", change.space()).put("change", change.kind().name());
    }
    return node;
  }

  static ObjectNode of(ChangeEvent event) {
    ObjectNode node =
        Json.object()
            .put("version", event.commit().version())
            .put("committedAt", event.commit().committedAt().toString())
            .put("event", name(event))
            .put("namespace", event.namespace())
            .put("endsCommit", event.endsCommit());
    if (event instanceof ChangeEvent.RecordChanged changed) {
      node.put("key", changed.change().key())
          .put("operation", changed.change().operation().name())
          .put("value", changed.change().value())
          .put("metadata", changed.change().metadata());
      ArrayNode spaces = node.putArray("spaces");
      new TreeSet<>(changed.change().spaces()).forEach(spaces::add);
      changed.record().ifPresent(record -> node.set("record", Json.of(record)));
    }
    if (event instanceof ChangeEvent.RecordPurged purged) {
      node.put("purgeVersion", purged.purgeVersion()).put("purgedAt", purged.purgedAt().toString());
    }
    if (!event.attributes().equals(CommitAttributes.NONE)) {
      node.set("attributes", of(event.attributes()));
    }
    return node;
  }

  private static String name(ChangeEvent event) {
    return switch (event) {
      case ChangeEvent.RecordChanged _ -> "RECORD";
      case ChangeEvent.RecordPurged _ -> "PURGED";
      case ChangeEvent.NamespaceCreated _ -> "NAMESPACE_CREATED";
      case ChangeEvent.NamespaceDeleted _ -> "NAMESPACE_DELETED";
    };
  }

  private static ObjectNode of(CommitAttributes attributes) {
    ObjectNode node = Json.object();
    if (attributes.actor() != null) {
      node.put("actor", attributes.actor());
    }
    if (attributes.source() != null) {
      node.put("source", attributes.source());
    }
    if (attributes.idempotencyKey() != null) {
      node.put("idempotencyKey", attributes.idempotencyKey());
    }
    new TreeMap<>(attributes.other()).forEach(node::put);
    return node;
  }
}
