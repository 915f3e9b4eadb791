/** What is said of a model, its files or its import. */
import { permanent } from "./policy.ts";

export const ofModels = {
  CHECKPOINT_NOT_ZIP: permanent(
    "model",
    "Give the file that torch.save wrote (PyTorch 1.6 or newer), as it came from its authors.",
  ),
  CHECKPOINT_TRUNCATED: permanent("model", "The checkpoint file is incomplete; copy or download it again."),
  CHECKPOINT_NOT_FOUND: permanent("model", "Give the nnU-Net model folder, a zip of it or a *.model file."),
  FOREIGN_MODEL: permanent(
    "model",
    "Read are PanSegNet models of nnU-Net v1: the folder with fold_0, a zip of it, or a *.model file with its .pkl.",
  ),
  MODEL_ARCHIVE_UNSAFE: permanent(
    "model",
    "The zip names files outside itself, or claims sizes that no model has; do not trust it.",
  ),
  MODEL_NO_SPACE: permanent(
    "model",
    "Free space on that disk, or name another one as models.folder in the settings.",
  ),
  PICKLE_UNSAFE: permanent("model", "The file asks for code that a model never needs; do not trust it."),
  PICKLE_MALFORMED: permanent("model", "The pickle is damaged or of an unknown kind."),
  PLAN_NOT_FOUND: permanent("model", "Neither plans.pkl nor the checkpoint's .pkl holds a plan."),
  PLAN_INVALID: permanent("model", "The plan lacks or contradicts something that the network needs."),
  TRAINER_UNSUPPORTED: permanent("model", "Only checkpoints of nnTransUNetTrainerV2 can be imported."),
  WEIGHTS_MISSING: permanent("model", "The checkpoint lacks weights that the network needs."),
  WEIGHTS_SHAPE: permanent("model", "A weight's shape does not fit the plan."),
  MODEL_EXISTS: permanent("model", "A model of this name is already there; remove its folder first."),
  MODEL_NOT_FOUND: permanent("model", "List the models with: panseg model list."),
  MODEL_CORRUPT: permanent("model", "The model's files do not match its manifest; import it again."),
  OUTPUT_INVALID: {
    ...permanent("model", "The network's output is not finite or of the wrong shape; verify the model."),
    exitCode: 1,
  },
} as const;
