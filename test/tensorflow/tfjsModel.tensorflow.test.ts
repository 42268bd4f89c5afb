/** Graph models of TensorFlow.js on native TensorFlow: they answer as the recommender does. */
import { describeFormat } from '../contracts/formatReader.contract.js';
import { tfjsInNode } from '../formats/tfjsInNode.js';
import { missingTensorflow } from '../support/training/nativeTensorflow.js';

describeFormat({ ...tfjsInNode('tensorflow'), ...(missingTensorflow && { missing: missingTensorflow }) });
